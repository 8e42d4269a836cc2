import { describe, expect, it } from 'vitest';
import { floats, int32s, int64s, node, uint8s } from './build.ts';
import type { GraphNode, Model, Tensor } from './graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { type GraphMeasure, measureGraph } from './measure.ts';
import { draftModel, randomTensor } from './testing/draft-model.ts';

describe('multiply-adds for one photo are those of the closed form', () => {
  it.each<[string, readonly number[], GraphNode, Record<string, Tensor>, number]>([
    [
      'a convolution',
      [3, 32, 20],
      node('Conv', ['x', 'w'], ['y'], { strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } }),
      { w: randomTensor([8, 3, 3, 3]) },
      8 * 16 * 10 * 27,
    ],
    [
      'a depthwise convolution',
      [8, 6, 6],
      node('Conv', ['x', 'w'], ['y'], { group: { int: 8 } }),
      { w: randomTensor([8, 1, 3, 3]) },
      8 * 4 * 4 * 9,
    ],
    [
      'a transposed convolution',
      [4, 5, 5],
      node('ConvTranspose', ['x', 'w'], ['y'], { strides: { ints: [2, 2] } }),
      { w: randomTensor([4, 6, 2, 2]) },
      4 * 25 * 6 * 4,
    ],
    [
      'a Gemm',
      [10],
      node('Gemm', ['x', 'w'], ['y'], { transB: { int: 1 } }),
      { w: randomTensor([7, 10]) },
      70,
    ],
    ['a product of tokens', [9, 10], node('MatMul', ['x', 'w'], ['y']), { w: randomTensor([10, 7]) }, 9 * 70],
    [
      'a sum of products',
      [9, 10],
      node('Einsum', ['x', 'w'], ['y'], { equation: { string: 'nij,jk->nik' } }),
      { w: randomTensor([10, 7]) },
      9 * 70,
    ],
    ['an activation', [9], node('Relu', ['x'], ['y']), {}, 0],
  ])('%s', (_, dims, layer, constants, expected) => {
    expect(measure(draftModel(dims, [layer], constants)).multiplyAdds).toBe(expected);
  });

  it('products of two activations, as in attention', () => {
    const nodes = [
      node('Transpose', ['x'], ['t'], { perm: { ints: [0, 2, 1] } }),
      node('MatMul', ['x', 't'], ['y']),
    ];
    expect(measure(draftModel([9, 10], nodes)).multiplyAdds).toBe(9 * 9 * 10);
  });
});

it('parameters are weights and biases, not shapes, bounds, scales or factors of a formula', () => {
  const measured = measure(
    draftModel(
      [3, 8, 8],
      [
        node('DequantizeLinear', ['w', 'scale', 'zero'], ['real']),
        node('DequantizeLinear', ['b', 'scale'], ['bias']),
        node('Conv', ['x', 'real', 'bias'], ['a']),
        node('Clip', ['a', 'low', 'high'], ['c']),
        node('Mul', ['c', 'half'], ['h']),
        node('PRelu', ['h', 'slope'], ['p']),
        node('Reshape', ['p', 'shape'], ['y']),
      ],
      {
        w: uint8s([4, 3, 1, 1], new Uint8Array(12)),
        scale: floats([], [0.1]),
        zero: uint8s([], [128]),
        b: int32s([1, 2, 3, 4]),
        low: floats([], [0]),
        high: floats([], [6]),
        half: floats([], [0.5]),
        slope: floats([4, 1, 1], [1, 2, 3, 4]),
        shape: int64s([0, -1]),
      },
    ),
  );
  expect(measured.parameters).toBe(12 + 4 + 4);
  expect(measured.bytes).toBe(12 + 4 + 1 + 16 + 4 + 4 + 4 + 16 + 16);
  expect([...measured.operators]).toEqual([
    ['DequantizeLinear', 2],
    ['Clip', 1],
    ['Conv', 1],
    ['Mul', 1],
    ['PRelu', 1],
    ['Reshape', 1],
  ]);
});

it('a layer whose shape cannot be told adds nothing', () => {
  const model = draftModel([3, 8, 8], [node('Mystery', ['x'], ['a']), node('Conv', ['a', 'w'], ['y'])], {
    w: randomTensor([4, 3, 1, 1]),
  });
  expect(measure(model)).toMatchObject({ multiplyAdds: 0, parameters: 12 });
});

function measure(model: Model): GraphMeasure {
  return measureGraph(model, inferShapes(model));
}
