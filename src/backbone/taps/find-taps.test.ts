import { describe, expect, it } from 'vitest';
import { floats, int64s, node, uint8s } from '../../onnx/build.ts';
import type { GraphNode, Model, Tensor } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer-shapes.ts';
import { draftModel, randomTensor } from '../../onnx/testing/draft-model.ts';
import { findTaps, type NetworkTaps } from './find-taps.ts';
import { expectPooled } from '../source/testing/expect-pooled.ts';

const same = { pads: { ints: [1, 1, 1, 1] } };
const half = { ...same, strides: { ints: [2, 2] } };
const weights = (filters: number, channels: number, side = 3): Tensor =>
  randomTensor([filters, channels, side, side]);
const dense = (rows: number, columns: number): Tensor => randomTensor([rows, columns]);

/** Two stages, each with a residual block, and whatever end. */
const stem: readonly GraphNode[] = [
  node('Sub', ['x', 'mean'], ['centred']),
  node('Conv', ['centred', 'w1'], ['c1'], half),
  node('Relu', ['c1'], ['r1']),
  node('Conv', ['r1', 'w2'], ['c2'], same),
  node('Add', ['r1', 'c2'], ['s1']),
  node('Relu', ['s1'], ['stage1']),
  node('Conv', ['stage1', 'w3'], ['c3'], half),
  node('Relu', ['c3'], ['r3']),
  node('Conv', ['r3', 'w4'], ['c4'], same),
  node('Conv', ['stage1', 'w5'], ['shortcut'], { strides: { ints: [2, 2] } }),
  node('Add', ['c4', 'shortcut'], ['s2']),
  node('Relu', ['s2'], ['stage2']),
];
const stemWeights = {
  mean: randomTensor([3, 1, 1]),
  w1: weights(4, 3),
  w2: weights(4, 4),
  w3: weights(6, 4),
  w4: weights(6, 6),
  w5: weights(6, 4, 1),
};
const pooled: readonly GraphNode[] = [
  node('GlobalAveragePool', ['stage2'], ['pool']),
  node('Flatten', ['pool'], ['flat']),
];

describe('a convolutional network', () => {
  it('has the end of each resolution and the pooled feature as taps, and its scores', async () => {
    const model = draft(
      [...pooled, node('Gemm', ['flat', 'd'], ['scores']), node('Softmax', ['scores'], ['y'])],
      { d: dense(6, 10) },
    );
    const { taps, logits } = find(model);
    expect(taps).toEqual([
      { name: '8x8', size: 4, tensor: 'stage1', axes: [2, 3], dims: ['N', 4, 8, 8] },
      { name: '4x4', size: 6, tensor: 'stage2', axes: [2, 3], dims: ['N', 6, 4, 4] },
      { name: 'bottleneck', size: 6, tensor: 'flat', axes: [], dims: ['N', 6] },
    ]);
    expect(logits).toEqual({ tensor: 'scores', classes: 10 });
    await expectPooled(model, taps);
  });

  it.each([
    ['', []],
    [
      ', quantised',
      [
        node('QuantizeLinear', ['border', 'step', 'zero'], ['border/q']),
        node('DequantizeLinear', ['border/q', 'step', 'zero'], ['border/r']),
      ],
    ],
    [', in another layout', [node('Transpose', ['border'], ['border/t'], { perm: { ints: [0, 1, 3, 2] } })]],
  ])('has no tap at the border that is put on before a layer%s', (_, between) => {
    const nodes = [
      ...stem,
      node('Pad', ['stage2', 'sides'], ['border']),
      ...between,
      node('Conv', [between.at(-1)?.outputs[0] ?? 'border', 'w6'], ['c6'], { strides: { ints: [2, 2] } }),
      node('Relu', ['c6'], ['stage3']),
      node('GlobalAveragePool', ['stage3'], ['pool']),
      node('Flatten', ['pool'], ['y']),
    ];
    const sides = int64s([0, 0, 0, 0, 0, 0, 1, 1]);
    const constants = {
      ...stemWeights,
      w6: weights(6, 6),
      sides,
      step: floats([], [0.1]),
      zero: uint8s([], [9]),
    };
    const { taps } = find(draftModel([3, 16, 16], nodes, constants));
    expect(taps.map(({ name, tensor }) => [name, tensor])).toEqual([
      ['8x8', 'stage1'],
      ['4x4', 'stage2'],
      ['2x2', 'stage3'],
      ['bottleneck', 'y'],
    ]);
  });

  it.each<[string, readonly GraphNode[], Record<string, Tensor>, string, number]>([
    [
      'a product and a sum, reshaped',
      [
        ...pooled,
        node('MatMul', ['flat', 'd'], ['m']),
        node('Add', ['m', 'b'], ['scores']),
        node('Reshape', ['scores', 'row'], ['y']),
      ],
      { d: dense(6, 10), b: randomTensor([10]), row: int64s([-1, 10]) },
      'flat',
      6,
    ],
    [
      'a 1×1 convolution on one position, squeezed',
      [
        node('AveragePool', ['stage2'], ['pool'], { kernel_shape: { ints: [4, 4] } }),
        node('Conv', ['pool', 'k', 'b'], ['scores']),
        node('Squeeze', ['scores', 'sides'], ['s']),
        node('Softmax', ['s'], ['y']),
      ],
      { k: weights(10, 6, 1), b: randomTensor([10]), sides: int64s([2, 3]) },
      'pool',
      6,
    ],
    [
      'a hidden layer before',
      [
        ...pooled,
        node('Gemm', ['flat', 'd1'], ['h']),
        node('HardSwish', ['h'], ['hidden']),
        node('Gemm', ['hidden', 'd2'], ['y']),
      ],
      { d1: dense(6, 7), d2: dense(7, 10) },
      'hidden',
      7,
    ],
    [
      'a 1×1 convolution whose map is averaged',
      [
        node('Conv', ['stage2', 'k'], ['map']),
        node('GlobalAveragePool', ['map'], ['p']),
        node('Flatten', ['p'], ['y']),
      ],
      { k: weights(10, 6, 1) },
      'stage2',
      6,
    ],
    [
      'two layers whose scores are averaged',
      [
        ...pooled,
        node('Gemm', ['flat', 'd'], ['one']),
        node('Gemm', ['flat', 'd'], ['two']),
        node('Add', ['one', 'two'], ['sum']),
        node('Mul', ['sum', 'half'], ['y']),
      ],
      { d: dense(6, 10), half: floats([], [0.5]) },
      'flat',
      6,
    ],
  ])('has for its bottleneck what its last layer reads: %s', async (_, end, constants, tensor, size) => {
    const model = draft(end, constants);
    const { taps, logits } = find(model);
    expect(taps.at(-1)).toMatchObject({ name: 'bottleneck', tensor, size });
    expect(logits?.classes).toBe(10);
    await expectPooled(model, taps);
  });

  it.each<[string, readonly GraphNode[], string]>([
    ['that ends with features of its own', pooled, 'flat'],
    ['that ends as a picture', [], 'stage2'],
    [
      'that ends with an activated 1×1 convolution, averaged',
      [
        node('Conv', ['stage2', 'k'], ['map']),
        node('Relu', ['map'], ['r']),
        node('GlobalAveragePool', ['r'], ['y']),
      ],
      'y',
    ],
  ])('without a last layer gives its output: %s', async (_, end, tensor) => {
    const model = draft(end, { k: weights(10, 6, 1) });
    const { taps, logits } = find(model);
    expect(taps.at(-1)).toMatchObject({ name: 'bottleneck', tensor });
    expect(logits).toBeUndefined();
    await expectPooled(model, taps);
  });

  it('has no tap of a tensor twice, before a nonlinearity, or of what a path goes round', () => {
    const { taps } = find(draft([]));
    expect(taps.map(({ tensor }) => tensor)).toEqual(['stage1', 'stage2']);
  });

  it('whose paths run side by side gives the last convolved tensor of that size', () => {
    const side = (path: string): GraphNode[] => [
      node('Conv', ['x', `${path}1`], [`${path}c`], half),
      node('Relu', [`${path}c`], [`${path}r`]),
      node('Conv', [`${path}r`, `${path}2`], [`${path}d`], half),
      node('Relu', [`${path}d`], [`${path}e`]),
    ];
    const model = draftModel(
      [3, 16, 16],
      [...side('a'), ...side('b'), node('Concat', ['ae', 'be'], ['y'], { axis: { int: 1 } })],
      {
        a1: weights(4, 3),
        a2: weights(5, 4),
        b1: weights(6, 3),
        b2: weights(5, 6),
      },
    );
    expect(find(model).taps.map(({ name, tensor }) => [name, tensor])).toEqual([
      ['8x8', 'br'],
      ['bottleneck', 'y'],
    ]);
  });

  it('with many resolutions keeps the twelve taps nearest the end', () => {
    const layers = Array.from({ length: 15 }, (_, index) => [
      node('Conv', [index === 0 ? 'x' : `r${index}`, 'w'], [`c${index + 1}`]),
      node('Relu', [`c${index + 1}`], [`r${index + 1}`]),
    ]);
    const model = draftModel([3, 40, 40], [...layers.flat(), node('GlobalMaxPool', ['r15'], ['y'])], {
      w: weights(3, 3),
    });
    const { taps } = find(model);
    expect(taps).toHaveLength(12);
    expect([taps[0]?.name, taps[10]?.name, taps[11]?.name]).toEqual(['30x30', '10x10', 'bottleneck']);
  });
});

it('channels are found in the last axis where a transposition put them', async () => {
  const model = draftModel(
    [3, 8, 8],
    [
      node('Conv', ['x', 'w'], ['c'], half),
      node('Transpose', ['c'], ['t'], { perm: { ints: [0, 2, 3, 1] } }),
      node('Relu', ['t'], ['last']),
      node('ReduceMean', ['last'], ['m'], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
      node('MatMul', ['m', 'd'], ['y']),
    ],
    { w: weights(4, 3), d: dense(4, 5) },
  );
  const { taps } = find(model);
  expect(taps.map(({ name, size, axes }) => ({ name, size, axes }))).toEqual([
    { name: '4x4', size: 4, axes: [1, 2] },
    { name: 'bottleneck', size: 4, axes: [] },
  ]);
  await expectPooled(model, taps);
});

it("a quantised network's taps are its quantised tensors, and are dequantised", async () => {
  const quantise = (from: string, to: string): GraphNode[] => [
    node('QuantizeLinear', [from, 'scale', 'zero'], [to]),
    node('DequantizeLinear', [to, 'scale', 'zero'], [`${to}/real`]),
  ];
  const model = draftModel(
    [3, 8, 8],
    [
      ...quantise('x', 'pixels'),
      node('Conv', ['pixels/real', 'w'], ['c'], half),
      ...quantise('c', 'block'),
      node('AveragePool', ['block/real'], ['p'], { kernel_shape: { ints: [4, 4] } }),
      ...quantise('p', 'pool'),
      node('Conv', ['pool/real', 'k'], ['s']),
      ...quantise('s', 'y').slice(0, 1),
    ],
    { w: weights(4, 3), k: weights(5, 4, 1), scale: floats([], [0.05]), zero: uint8s([], [120]) },
  );
  const { taps, logits } = find(model);
  expect(taps.map(({ name, tensor }) => [name, tensor])).toEqual([
    ['4x4', 'block'],
    ['bottleneck', 'pool'],
  ]);
  expect(logits).toEqual({ tensor: 'y', classes: 5 });
  await expectPooled(model, taps);
});

it('a network whose shapes cannot be told has no taps', () => {
  expect(find(draftModel([3, 8, 8], [node('Mystery', ['x'], ['y'])]))).toEqual({ taps: [] });
});

function draft(end: readonly GraphNode[], constants: Record<string, Tensor> = {}): Model {
  return draftModel([3, 16, 16], [...stem, ...end], { ...stemWeights, ...constants });
}

function find(model: Model): NetworkTaps {
  return findTaps(model, inferShapes(model));
}
