import type { RunRecord } from '../model/run-record.ts';
import { runtimeVersion } from '../runtime/version.ts';
import { readVersion } from '../version.ts';

/** The versions that the figures of a training come from. */
export function currentVersions(): RunRecord['versions'] {
  return {
    regraft: readVersion(),
    node: process.versions.node,
    onnxruntime: runtimeVersion(),
    platform: `${process.platform} ${process.arch}`,
  };
}
