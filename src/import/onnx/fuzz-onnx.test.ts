import { expect, it } from 'vitest';
import { fuzzReader } from '../testing/fuzz.ts';
import { importOnnx } from './import-onnx.ts';
import { readGoldenFile } from './testing/golden-networks.ts';

it.each([
  ['mobilenet-v3-classic-11.onnx', 1, 10_000],
  ['transformer-dynamo-18.onnx', 2, 3_000],
  ['resnet-typed-fields.onnx', 3, 3_000],
  ['mobilenet-v3-external.onnx', 4, 3_000],
])(
  '%s with any damage is refused with the place or imported, soon and in little memory (seed %d)',
  async (file, seed, mutations) => {
    const bytes = readGoldenFile(file);
    const data = readGoldenFile('mobilenet-v3-external.data');
    const read = (changed: Uint8Array): unknown =>
      importOnnx(changed, 'fuzzed.onnx', { external: () => data });
    const report = await fuzzReader(bytes, read, seed, { source: 'fuzzed.onnx', mutations });
    expect(report.failures.slice(0, 20)).toEqual([]);
    expect(report.accepted + report.refused).toBe(mutations + 100);
    // Weights, which are most of a file, may be anything; structure may not.
    expect(report.refused).toBeGreaterThan(mutations / 20);
  },
);
