import { describe, expect, it } from 'vitest';
import { floats, node } from '../../onnx/build.ts';
import type { Model } from '../../onnx/graph.ts';
import { takeRegraftNetwork } from './regraft-model.ts';

const preprocess = { width: 8, height: 8, resize: 'stretch', crop: 1, kernel: 'bicubic-antialias' };
const metadata = {
  'regraft.schema': '1',
  'regraft.preprocess': JSON.stringify(preprocess),
  'regraft.backbone': JSON.stringify({ id: 'x', taps: ['late', 'early'] }),
};

/** Two taps, one of them pooled, and a head that joins them. */
function model(pairs: Record<string, string> = metadata): Model {
  return {
    opset: 17,
    metadata: pairs,
    graph: {
      name: 'x',
      inputs: [{ name: 'image', type: 'uint8', dims: ['N', 8, 8, 3] }],
      outputs: [{ name: 'probabilities', type: 'float32', dims: ['N', 2] }],
      initializers: new Map([
        ['w', floats([2, 3], [1, 2, 3, 4, 5, 6])],
        ['weights', floats([2, 5], new Float32Array(10))],
      ]),
      nodes: [
        node('Cast', ['image'], ['real'], { to: { int: 1 } }),
        node('ReduceMean', ['real'], ['early'], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
        node('Gemm', ['early', 'w'], ['late'], { transB: { int: 1 } }),
        node('Concat', ['late', 'early'], ['head/features'], { axis: { int: 1 } }),
        node('Gemm', ['head/features', 'weights'], ['probabilities'], { transB: { int: 1 } }),
      ],
    },
  };
}

describe('the network inside a model of Regraft', () => {
  it('ends with its taps, from the image to the end, and says how photos are prepared', () => {
    const found = takeRegraftNetwork(model(), 'm.onnx');
    expect(found?.preprocess).toEqual({ ...preprocess, kernel: 'bicubic' });
    expect(found?.taps).toEqual([
      { name: 'early', size: 3, tensor: 'real', axes: [1, 2] },
      { name: 'late', size: 2, tensor: 'late', axes: [] },
    ]);
    expect(found?.model.graph.outputs.map(({ name }) => name)).toEqual(['early', 'late']);
    expect(found?.model.graph.nodes.map(({ op }) => op)).toEqual(['Cast', 'ReduceMean', 'Gemm']);
    expect(found?.model.metadata).toEqual({});
  });

  it('is not looked for in other files', () => {
    expect(takeRegraftNetwork(model({}), 'm.onnx')).toBeUndefined();
  });

  it.each([
    ['a head alone', { 'regraft.preprocess': 'null' }, 'found a head alone'],
    ['damaged metadata', { 'regraft.backbone': '{' }, 'found damaged ones'],
    ['a tap that is gone', { 'regraft.backbone': '{"taps":["early","other"]}' }, 'found 1 of them'],
  ])('is refused in %s', (_, pairs, message) => {
    expect(() => takeRegraftNetwork(model({ ...metadata, ...pairs }), 'm.onnx')).toThrow(
      expect.objectContaining({
        code: 'BACKBONE_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});
