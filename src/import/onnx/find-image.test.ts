import { describe, expect, it } from 'vitest';
import { floats, node } from '../../onnx/build.ts';
import type { ElementType, GraphNode, Tensor, ValueInfo } from '../../onnx/graph.ts';
import { encodeModel } from '../../onnx/write.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { importOnnx } from './import-onnx.ts';

const weights = { w: floats([2, 3, 1, 1], new Float32Array(6)) };
const toNchw = node('Transpose', ['x'], ['t'], { perm: { ints: [0, 3, 1, 2] } });

describe('the image input', () => {
  it.each([
    [['N', 3, 32, 24], 'NCHW', ['N', 3, 32, 24]],
    [['batch', 3, 'height', 'width'], 'NCHW', ['N', 3, 'height', 'width']],
    [['', 3, '', ''], 'NCHW', ['N', 3, '', '']],
    [[-1, 3, -1, 0], 'NCHW', ['N', 3, '', '']],
    [['b', 32, 24, 3], 'NHWC', ['N', 32, 24, 3]],
    [[1, 3, 32, 24], 'NCHW', ['N', 3, 32, 24]],
    [['b', 3, 'N', 'w'], 'NCHW', ['N', 3, 'N_size', 'w']],
    [['b', 'channels', 'h', 'w'], 'NCHW', ['N', 3, 'h', 'w']],
  ] as const)('of shape %j is %s, %j', (dims, layout, expected) => {
    const nodes =
      layout === 'NCHW' ? [node('Conv', ['x', 'w'], ['y'])] : [toNchw, node('Conv', ['t', 'w'], ['y'])];
    const network = networkOf(nodes, [image(dims)], weights);
    expect(network.layout).toBe(layout);
    expect(network.model.graph.inputs).toEqual([{ name: 'x', type: 'float32', dims: expected }]);
  });

  it('without any size is NHWC when it is transposed before the first convolution, behind arithmetic too', () => {
    const scaled = [
      node('Mul', ['x', 'k'], ['s']),
      { ...toNchw, inputs: ['s'] },
      node('Conv', ['t', 'w'], ['y']),
    ];
    const network = networkOf(scaled, [image(['', '', '', ''])], { ...weights, k: floats([], [2]) });
    expect(network.layout).toBe('NHWC');
    expect(network.model.graph.inputs[0]?.dims).toEqual(['N', '', '', 3]);
  });

  it('may be of pixels, and half precision becomes single', () => {
    const cast = [node('Cast', ['x'], ['y'], { to: { int: 1 } })];
    expect(networkOf(cast, [image(['N', 8, 8, 3], 'uint8')]).model.graph.inputs[0]?.type).toBe('uint8');
    expect(networkOf(cast, [image(['N', 8, 8, 3], 'float16')]).model.graph.inputs[0]?.type).toBe('float32');
  });

  it('is the only one that is read', () => {
    const unread: ValueInfo = { name: 'training', type: 'bool', dims: [] };
    expect(
      networkOf([node('Relu', ['x'], ['y'])], [unread, image(['N', 3, 8, 8])]).model.graph.inputs,
    ).toHaveLength(1);
  });

  it.each([
    [
      'two inputs',
      [image(['N', 3, 8, 8]), { ...image(['N', 3]), name: 'z' }],
      'x float32 [N, 3, 8, 8] and z float32 [N, 3]',
    ],
    ['one channel', [image(['N', 1, 8, 8])], 'x float32 [N, 1, 8, 8]'],
    ['rank 3', [image([3, 8, 8])], 'x float32 [3, 8, 8]'],
    ['no size and no convolution', [image(['', '', '', ''])], 'x float32 [?, ?, ?, ?]'],
    ['tokens', [image(['N', 3, 8, 8], 'int64')], 'x int64 [N, 3, 8, 8]'],
  ] as const)('is refused with %s', (_, inputs, found) => {
    const nodes = [
      node(
        'Sum',
        inputs.map(({ name }) => name),
        ['y'],
      ),
    ];
    expect(() => networkOf(nodes, inputs)).toThrow(
      `Expected the field graph.input to hold one image, float32 or uint8, [N, 3, height, width] or [N, height, width, 3], in net.onnx but found ${found}.`,
    );
  });
});

describe('the form of a network', () => {
  const step = {
    step: floats([], [0.1]),
    zero: { type: 'uint8', dims: [], data: Uint8Array.of(9) } as const,
  };
  const quantise = node('QuantizeLinear', ['x', 'step', 'zero'], ['q']);
  const dequantise = node('DequantizeLinear', ['q', 'step', 'zero'], ['y']);

  it('is uint8 when its activations are quantised', () => {
    expect(networkOf([quantise, dequantise], [image(['N', 3, 8, 8])], step).form).toBe('uint8');
  });

  it('is float32 when only its weights are', () => {
    const q: Tensor = { type: 'uint8', dims: [2, 3, 1, 1], data: new Uint8Array(6) };
    const nodes = [{ ...dequantise, outputs: ['w'] }, node('Conv', ['x', 'w'], ['y'])];
    expect(networkOf(nodes, [image(['N', 3, 8, 8])], { ...step, q }).form).toBe('float32');
  });
});

describe('metadata of the file', () => {
  const [input, relu] = [image(['N', 3, 8, 8]), [node('Relu', ['x'], ['y'])]];

  it.each([
    [{ names: "{0: 'tench', 1: \"great white's\"}" }, ['tench', "great white's"]],
    [{ names: "{'0': 'a', '1': 'b',}" }, ['a', 'b']],
    [{ labels: '["caf\\u00e9", "a \\"b\\""]' }, ['café', 'a "b"']],
    [{ classes: "['a', 'b']" }, ['a', 'b']],
    [{ id2label: '{"0": "a", "1": "b"}' }, ['a', 'b']],
    [{ id2label: '{"1": "a", "0": "b"}' }, undefined],
    [{ names: 'tench' }, undefined],
    [{ names: '{0: tench}' }, undefined],
    [{ names: '["only one"]' }, undefined],
    [{ names: '["a", "b"' }, undefined],
    [{ author: '["a", "b"]' }, undefined],
  ])('gives labels where they are: %j', (metadata, labels) => {
    expect(networkOf(relu, [input], {}, metadata).labels).toEqual(labels);
  });

  it('gives no labels whose number is not that of the classes', () => {
    const metadata = { names: '["a", "b"]' };
    expect(networkOf(relu, [input], {}, metadata, ['N', 2]).labels).toEqual(['a', 'b']);
    expect(networkOf(relu, [input], {}, metadata, ['N', 1000]).labels).toBeUndefined();
  });

  it('gives the scaling of pixels that ONNX defines keys for, and none in part', () => {
    const metadata = { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'Normalized_1_1' };
    expect(networkOf(relu, [input], {}, metadata).preprocess).toEqual({
      scaling: { order: 'BGR', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
    });
    expect(
      networkOf(relu, [input], {}, { ...metadata, 'Image.NominalPixelRange': 'toString' }).preprocess,
    ).toEqual({});
    expect(networkOf(relu, [input], {}, { 'Image.BitmapPixelFormat': 'Rgb8' }).preprocess).toEqual({});
  });
});

function image(dims: readonly (number | string)[], type: ElementType = 'float32'): ValueInfo {
  return { name: 'x', type, dims };
}

function networkOf(
  nodes: readonly GraphNode[],
  inputs: readonly ValueInfo[],
  initializers: Record<string, Tensor> = {},
  metadata: Record<string, string> = {},
  output: readonly (number | string)[] = [],
): ImportedNetwork {
  const graph = {
    name: 'net',
    nodes,
    initializers: new Map(Object.entries(initializers)),
    inputs,
    outputs: [{ name: 'y', type: 'float32' as const, dims: output }],
  };
  return importOnnx(encodeModel({ opset: 17, metadata, graph }), 'net.onnx');
}
