import { describe, expect, it } from 'vitest';
import { RegraftError } from '../../errors.ts';
import { importTflite } from './import-tflite.ts';
import { appendFile, buildMetadata, type MetadataDraft } from './testing/build-metadata.ts';
import { buildTflite, type TensorDraft } from './testing/build-tflite.ts';

const labels = ['Löwe', 'fire truck', 'tulip', 'daisy'];

describe('the metadata of a TensorFlow Lite file', () => {
  it('tells how pixels are scaled, for all channels or each', () => {
    const one = importTflite(network({ mean: [127.5], std: [128] }), 'net');
    expect(one.preprocess).toEqual({
      width: 6,
      height: 5,
      scaling: { order: 'RGB', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
    });
    const three = importTflite(network({ mean: [1, 2, 3], std: [4, 5, 6] }), 'net');
    expect(three.preprocess.scaling).toEqual({ order: 'RGB', mean: [1, 2, 3], std: [4, 5, 6] });
  });

  it('is not needed: then nothing is said of the scaling', () => {
    expect(importTflite(buildTflite(floating), 'net').preprocess).toEqual({ width: 6, height: 5 });
    expect(importTflite(network({}), 'net').preprocess).toEqual({ width: 6, height: 5 });
  });

  it('names the classes by a file at the end', () => {
    const bytes = network({ labelFile: 'labels.txt' });
    expect(importTflite(appendFile(bytes, 'labels.txt', `${labels.join('\n')}\n`), 'net').labels).toEqual(
      labels,
    );
    expect(importTflite(appendFile(bytes, 'labels.txt', labels.join('\r\n')), 'net').labels).toEqual(labels);
  });

  it.each([
    ['is missing', (bytes: Uint8Array) => bytes],
    ['has another name', (bytes: Uint8Array) => appendFile(bytes, 'other.txt', labels.join('\n'))],
    ['is compressed', (bytes: Uint8Array) => appendFile(bytes, 'labels.txt', labels.join('\n'), 8)],
    ['names other classes', (bytes: Uint8Array) => appendFile(bytes, 'labels.txt', 'a\nb\nc')],
  ])('gives no names when that file %s', (_, change) => {
    expect(importTflite(change(network({ labelFile: 'labels.txt' })), 'net').labels).toBeUndefined();
  });

  it.each([
    [{ mean: [1, 2], std: [3, 4] }, 'found [1, 2] and [3, 4]'],
    [{ mean: [0], std: [0] }, 'found [0] and [0]'],
    [{ mean: [0], std: [] }, 'found [0] and []'],
  ])('is refused when its scaling is none: %o', (metadata, found) => {
    const read = (): unknown => importTflite(network(metadata), 'net');
    expect(read).toThrow(RegraftError);
    expect(read).toThrow(found);
  });

  it('is refused when it is damaged', () => {
    const bytes = buildTflite({ ...floating, metadata: { TFLITE_METADATA: Uint8Array.of(1, 2, 3) } });
    expect(() => importTflite(bytes, 'net')).toThrow('Expected TensorFlow Lite metadata in net, but');
  });

  it('leaves a quantised input its pixels where its levels are the pixels, and scales them where they are not', () => {
    const same = importTflite(network({ mean: [128], std: [128] }, 1 / 128), 'net');
    expect([same.layout, same.model.graph.inputs[0]?.type]).toEqual(['NHWC', 'uint8']);
    expect(same.preprocess).toEqual({ width: 6, height: 5 });
    const other = importTflite(network({ mean: [128], std: [64] }, 1 / 128), 'net');
    expect([other.layout, other.model.graph.inputs[0]?.type]).toEqual(['NCHW', 'float32']);
    expect(other.preprocess.scaling?.std).toEqual([64, 64, 64]);
    expect(other.form).toBe('uint8');
    expect(other.model.graph.nodes[0]?.op).toBe('QuantizeLinear');
  });
});

const pixels: TensorDraft = { name: 'pixels', shape: [1, 5, 6, 3], type: 0 };
const scores: TensorDraft = { name: 'scores', shape: [1, 4], type: 0 };
const weights: TensorDraft = { name: 'weights', shape: [4, 90], type: 0, data: new Float32Array(360) };
const floating = {
  tensors: [pixels, weights, scores],
  operators: [{ code: 9, inputs: ['pixels', 'weights'], outputs: ['scores'], options: [[0, 'byte', 0]] }],
  inputs: ['pixels'],
  outputs: ['scores'],
} as const;

/** A float network, or with `scale` one that takes levels. */
function network(metadata: MetadataDraft, scale?: number): Uint8Array {
  const blocks = { metadata: { TFLITE_METADATA: buildMetadata(metadata) } };
  if (scale === undefined) return buildTflite({ ...floating, ...blocks });
  const levels = { scales: [scale], zeroPoint: 128 };
  const input: TensorDraft = { name: 'pixels', shape: [1, 5, 6, 3], ...levels };
  const output: TensorDraft = { name: 'sigmoid', shape: [1, 5, 6, 3], ...levels };
  return buildTflite({
    tensors: [input, output],
    operators: [{ code: 14, inputs: ['pixels'], outputs: ['sigmoid'] }],
    inputs: ['pixels'],
    outputs: ['sigmoid'],
    ...blocks,
  });
}
