import { expect, it } from 'vitest';
import { floats, int64s, node } from '../build.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import type { GraphNode, Model } from '../graph.ts';
import { removeIdentities } from './remove-identities.ts';

const constants = {
  none: int64s([0, 0, 0, 0, 0, 0]),
  zeros: int64s([0, 0, 0]),
  ends: int64s([2 ** 40, 2 ** 40, 2 ** 40]),
  ones: int64s([1, 1, 1]),
  back: int64s([1, 1, -1]),
  same: int64s([0, 4, 5]),
  axes: int64s([0, 1, 2]),
};

it.each<[string, GraphNode]>([
  ['Identity', node('Identity', ['a'], ['b'])],
  ['Dropout', node('Dropout', ['a'], ['b'])],
  ['a Cast to the same type', node('Cast', ['a'], ['b'], { to: { int: 1 } })],
  ['a Transpose that moves nothing', node('Transpose', ['a'], ['b'], { perm: { ints: [0, 1, 2] } })],
  ['a Concat of one', node('Concat', ['a'], ['b'], { axis: { int: 1 } })],
  ['a Sum of one', node('Sum', ['a'], ['b'])],
  ['a Pad of nothing', node('Pad', ['a', 'none'], ['b'])],
  ['a Slice of all', node('Slice', ['a', 'zeros', 'ends'], ['b'])],
  ['a Reshape to the same shape', node('Reshape', ['a', 'same'], ['b'])],
  ['an Expand to the same shape', node('Expand', ['a', 'ones'], ['b'])],
  ['a Tile of one', node('Tile', ['a', 'ones'], ['b'])],
])('%s is removed', async (_, idle) => {
  const model = draftModel([4, 5], [node('Relu', ['x'], ['a']), idle, node('Neg', ['b'], ['y'])], constants);
  const simple = pass(model);
  expect(simple.graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Neg']);
  await expectSameResults(simple, model);
});

it.each<[string, GraphNode]>([
  ['a Slice that turns an axis round', node('Slice', ['a', 'ends', 'zeros', 'axes', 'back'], ['b'])],
  ['a Cast to another type', node('Cast', ['a'], ['b'], { to: { int: 11 } })],
  ['an operator of another domain', { ...node('Identity', ['a'], ['b']), domain: 'com.example' }],
  ['a Dropout whose mask is read', node('Dropout', ['a'], ['b', 'y'])],
])('%s is kept', (_, busy) => {
  const model = draftModel([4, 5], [node('Relu', ['x'], ['a']), busy], constants, busy.outputs);
  expect(pass(model)).toBe(model);
});

it('an output keeps its name, as what makes it takes it over', async () => {
  const model = draftModel(
    [4],
    [node('Relu', ['x'], ['a']), node('Identity', ['a'], ['y']), node('Neg', ['a'], ['z'])],
    {},
    ['y', 'z'],
  );
  const simple = pass(model);
  expect(simple.graph.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
    ['Relu', ['x'], ['y']],
    ['Neg', ['y'], ['z']],
  ]);
  await expectSameResults(simple, model);
});

it('what an output cannot do without stays: copies of an input, a constant, another output', async () => {
  const model = draftModel(
    [4],
    [
      node('Identity', ['x'], ['copy']),
      node('Identity', ['c'], ['constant']),
      node('Relu', ['x'], ['a']),
      node('Identity', ['a'], ['first']),
      node('Identity', ['a'], ['second']),
    ],
    { c: floats([2], [1, 2]) },
    ['copy', 'constant', 'first', 'second'],
  );
  const simple = pass(pass(model));
  expect(simple.graph.nodes.map(({ op }) => op)).toEqual(['Identity', 'Identity', 'Relu', 'Identity']);
  expect(pass(simple)).toBe(simple);
  await expectSameResults(simple, model);
});

function pass(model: Model): Model {
  return removeIdentities(model, inferShapes(model));
}
