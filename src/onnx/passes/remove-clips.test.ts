import { expect, it } from 'vitest';
import { floats, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { draftModel } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { removeClips } from './remove-clips.ts';

const bounds = {
  zero: floats([], [0]),
  one: floats([], [1]),
  two: floats([], [2]),
  three: floats([], [3]),
  // As one scale that was computed from another.
  almost: floats([], [2.9999998]),
};
const window = { kernel_shape: { ints: [2, 2] } };
const padded = { ...window, pads: { ints: [1, 1, 1, 1] } };

function clip(input: string, low: string, high: string, output: string): GraphNode {
  return node('Clip', [input, low, high], [output]);
}

function clips({ graph }: Model): readonly string[] {
  return graph.nodes
    .filter(({ op }) => op === 'Clip' || op === 'Relu')
    .map(({ outputs }) => outputs[0] ?? '');
}

it.each<[string, readonly GraphNode[]]>([
  ['a Clip of the same range', [clip('in', 'one', 'three', 'out')]],
  ['a Clip of a wider range', [clip('in', 'zero', '', 'out')]],
  ['a Clip of a range that is narrower by rounding', [clip('in', 'one', 'almost', 'out')]],
  ['a Relu', [node('Relu', ['in'], ['out'])]],
  [
    'one behind a MaxPool with a border',
    [node('MaxPool', ['in'], ['p'], padded), clip('p', 'one', 'three', 'out')],
  ],
  [
    'one behind an average that leaves its border out',
    [node('AveragePool', ['in'], ['p'], padded), clip('p', 'one', 'three', 'out')],
  ],
  [
    'one behind a Concat of what lies in its range',
    [
      clip('x', 'two', 'three', 'other'),
      node('Concat', ['in', 'other'], ['p'], { axis: { int: 1 } }),
      clip('p', 'one', 'three', 'out'),
    ],
  ],
  ['one behind another that is removed', [clip('in', 'zero', 'three', 'p'), node('Relu', ['p'], ['out'])]],
  ['one behind a Sigmoid', [node('Sigmoid', ['x'], ['p']), clip('p', 'zero', 'one', 'out')]],
])('what changes nothing is removed: %s', async (_, nodes) => {
  const model = draftModel(
    [2, 4, 4],
    [clip('x', 'one', 'three', 'in'), ...nodes, node('Neg', ['out'], ['y'])],
    bounds,
  );
  const result = removeClips(model);
  expect(clips(result)).not.toContain('out');
  expect(removeClips(result)).toBe(result);
  await expectSameResults(result, model);
});

it.each<[string, readonly GraphNode[]]>([
  ['a Clip of a higher low bound', [clip('in', 'two', 'three', 'out')]],
  ['a Clip of a lower high bound', [clip('in', 'zero', 'two', 'out')]],
  [
    'one behind an average with zeros in its border',
    [
      node('AveragePool', ['in'], ['p'], { ...padded, count_include_pad: { int: 1 } }),
      clip('p', 'one', 'three', 'out'),
    ],
  ],
  ['one behind a sum', [node('Add', ['in', 'in'], ['p']), clip('p', 'one', 'three', 'out')]],
  [
    'one behind a Concat with what has no range',
    [node('Concat', ['in', 'x'], ['p'], { axis: { int: 1 } }), clip('p', 'one', 'three', 'out')],
  ],
  [
    'one whose bound is computed',
    [node('ReduceMax', ['x'], ['b'], { keepdims: { int: 0 } }), clip('in', 'one', 'b', 'out')],
  ],
])('what may change something stays: %s', (_, nodes) => {
  const model = draftModel(
    [2, 4, 4],
    [clip('x', 'one', 'three', 'in'), ...nodes, node('Neg', ['out'], ['y'])],
    bounds,
  );
  expect(clips(removeClips(model))).toContain('out');
});

it('levels that are dequantised keep to the range of their type', () => {
  const of = (low: Tensor, high: Tensor): readonly string[] => {
    const nodes = [
      node('DequantizeLinear', ['x', 'scale', 'middle'], ['r']),
      clip('r', 'low', 'high', 'y'),
      node('Neg', ['y'], ['z']),
    ];
    const model = draftModel([2], nodes, { scale: floats([], [0.5]), middle: uint8s([], [4]), low, high });
    return clips(removeClips(model));
  };
  expect(of(floats([], [-2]), floats([], [125.5]))).toEqual([]);
  expect(of(floats([], [-1.5]), floats([], [125.5]))).toEqual(['y']);
  expect(of(floats([], [-2]), floats([], [125]))).toEqual(['y']);
});

it('an output of the graph keeps its name', async () => {
  const model = draftModel([3], [clip('x', 'one', 'three', 'a'), clip('a', 'zero', 'three', 'y')], bounds);
  const result = removeClips(model);
  expect(clips(result)).toEqual(['a']);
  await expectSameResults(result, model);
});
