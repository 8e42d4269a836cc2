import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formulaHead, tinyBackbone } from '../../../test/fixtures/tiny-backbone.ts';
import { buildClassifier } from '../../model/build-classifier.ts';
import { sealModel } from '../../model/seal.ts';
import { encodeModel } from '../../onnx/write.ts';

/** A temporary folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'regraft-server-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The bytes of a small model of some classes; another scale makes another model of the same classes. */
export function smallModel(labels: readonly string[], scale = 1): Uint8Array {
  return sealModel(
    encodeModel(buildClassifier(tinyBackbone(), ['early', 'bottleneck'], formulaHead(32, labels, scale))),
  );
}

/** Writes a model folder as a training does: the file appears as a whole. */
export async function writeModel(folder: string, bytes: Uint8Array): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.new'), bytes);
  await rename(join(folder, 'model.new'), join(folder, 'model.onnx'));
  return folder;
}
