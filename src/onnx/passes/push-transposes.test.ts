import { describe, expect, it } from 'vitest';
import { floats, int64s, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { drawChannelsLast } from '../testing/draw-channels-last.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { seededRandom } from '../testing/random.ts';
import { pushTransposes } from './push-transposes.ts';

const toLast = (input: string, output: string): GraphNode =>
  node('Transpose', [input], [output], { perm: { ints: [0, 2, 3, 1] } });
const toFirst = (input: string, output: string): GraphNode =>
  node('Transpose', [input], [output], { perm: { ints: [0, 3, 1, 2] } });

describe('two transpositions meet and cancel on both sides of', () => {
  const constants: Record<string, Tensor> = {
    channel: randomTensor([4]),
    half: floats([], [0.5]),
    pads: int64s([0, 1, 2, 0, 0, 0, 0, 3]),
    starts: int64s([1, 0]),
    ends: int64s([5, 2]),
    axes: int64s([1, 3]),
    two: int64s([2]),
    scales: floats([4], [1, 2, 1, 3]),
    sizes: int64s([1, 2, 1, 2]),
    scale: floats([], [0.1]),
    zero: uint8s([], [128]),
    scaleOfEach: floats([4], [0.1, 0.2, 0.3, 0.4]),
    zeroOfEach: uint8s([4], [100, 110, 120, 130]),
  };
  it.each<[string, readonly GraphNode[]]>([
    ['an activation', [node('Relu', ['a'], ['b'])]],
    ['a clamp', [node('Clip', ['a', '', 'half'], ['b'])]],
    ['a constant for each channel', [node('Mul', ['a', 'channel'], ['b'])]],
    ['a choice', [node('Less', ['a', 'channel'], ['c']), node('Where', ['c', 'half', 'a'], ['b'])]],
    ['a pad', [node('Pad', ['a', 'pads'], ['b'])]],
    ['a slice', [node('Slice', ['a', 'starts', 'ends', 'axes'], ['b'])]],
    ['a slice without axes', [node('Slice', ['a', 'starts', 'ends'], ['b'])]],
    ['a join with a constant', [node('Concat', ['a', 'a'], ['b'], { axis: { int: 2 } })]],
    ['a split', [node('Split', ['a'], ['l', 'r'], { axis: { int: -1 } }), node('Mul', ['l', 'r'], ['b'])]],
    ['a mean that keeps its axes', [node('ReduceMean', ['a'], ['b'], { axes: { ints: [1] } })]],
    ['a sum that names axes by a constant', [node('ReduceSum', ['a', 'axes'], ['b'])]],
    [
      'a maximum that drops an axis, and one that is put in',
      [
        node('ReduceMax', ['a'], ['m'], { axes: { ints: [2] }, keepdims: { int: 0 } }),
        node('Unsqueeze', ['m', 'two'], ['b']),
      ],
    ],
    [
      'the place of the largest',
      [node('ArgMax', ['a'], ['m'], { axis: { int: 3 } }), node('Cast', ['m'], ['b'], { to: { int: 1 } })],
    ],
    [
      'the place of the largest, its axis dropped',
      [
        node('ArgMax', ['a'], ['m'], { axis: { int: 2 }, keepdims: { int: 0 } }),
        node('Cast', ['m'], ['n'], { to: { int: 1 } }),
        node('Unsqueeze', ['n', 'two'], ['b']),
      ],
    ],
    ['softmax', [node('Softmax', ['a'], ['b'])]],
    ['resampling', [node('Resize', ['a', '', 'scales'], ['b'], { mode: { string: 'nearest' } })]],
    ['repetition', [node('Tile', ['a', 'sizes'], ['b'])]],
    [
      'quantisation',
      [
        node('QuantizeLinear', ['a', 'scale', 'zero'], ['q']),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['b']),
      ],
    ],
    [
      'quantisation by channels',
      [
        node('QuantizeLinear', ['a', 'scaleOfEach', 'zeroOfEach'], ['q'], { axis: { int: 3 } }),
        node('DequantizeLinear', ['q', 'scaleOfEach', 'zeroOfEach'], ['b'], { axis: { int: -1 } }),
      ],
    ],
  ])('%s', async (_, between) => {
    const model = draftModel([4, 5, 6], [toLast('x', 'a'), ...between, toFirst('b', 'y')], constants);
    const pushed = pass(model);
    expect(pushed.graph.nodes.filter(({ op }) => op === 'Transpose')).toEqual([]);
    await expectSameResults(pushed, model);
  });
});

it('two sums of transposed tensors need no transposition at all, and keep their names', async () => {
  const model = draftModel(
    [4, 5, 6],
    [
      node('Neg', ['x'], ['n']),
      toLast('x', 'a'),
      toLast('n', 'b'),
      node('Add', ['a', 'b'], ['sum']),
      node('Relu', ['sum'], ['r']),
      toFirst('r', 'f'),
      node('Neg', ['f'], ['y']),
    ],
  );
  const pushed = pass(model);
  expect(pushed.graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['n', 'sum', 'r', 'y']);
  await expectSameResults(pushed, model);
});

it('a transposition before a flattening whose order matters is computed, once', async () => {
  const model = draftModel(
    [4, 5, 6],
    [
      toLast('x', 'a'),
      node('Relu', ['a'], ['r']),
      toFirst('r', 'f'),
      toLast('f', 'g'),
      node('Flatten', ['g'], ['v']),
      node('Flatten', ['r'], ['w']),
      node('Concat', ['v', 'w'], ['y'], { axis: { int: 1 } }),
    ],
  );
  const pushed = pass(model);
  expect(pushed.graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(1);
  await expectSameResults(pushed, model);
});

it('outputs keep their axes and names', async () => {
  const model = draftModel(
    [4, 5, 6],
    [toLast('x', 'a'), node('Relu', ['a'], ['r']), toFirst('r', 'f'), node('Neg', ['f'], ['y'])],
    {},
    ['r', 'f', 'y'],
  );
  await expectSameResults(pass(model), model);
});

it('a graph that would have no fewer transpositions stays as it is', () => {
  const model = draftModel(
    [4, 5, 6],
    [toLast('x', 'a'), node('Relu', ['a'], ['r']), node('Flatten', ['r'], ['y'])],
  );
  expect(pass(model)).toBe(model);
});

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

it.each(seeds)(
  'no transposition is left in a network with channels last behind its first one (seed %i)',
  async (seed) => {
    const model = drawChannelsLast(seededRandom(seed), true);
    expect(transposes(model)).toBeGreaterThan(0);
    const pushed = pass(model);
    expect(transposes(pushed)).toBe(0);
    await expectSameResults(pushed, model, seed);
  },
);

it.each(seeds)(
  'a network that takes its channels last has no more transpositions, and the same results (seed %i)',
  async (seed) => {
    const model = drawChannelsLast(seededRandom(seed), false);
    const pushed = pass(model);
    expect(transposes(pushed)).toBeLessThanOrEqual(transposes(model));
    await expectSameResults(pushed, model, seed);
  },
);

function transposes({ graph }: Model): number {
  return graph.nodes.filter(({ op }) => op === 'Transpose').length;
}

function pass(model: Model): Model {
  return pushTransposes(model, inferShapes(model));
}
