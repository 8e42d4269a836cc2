import { describe, expect, it } from 'vitest';
import { int64s, node } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { dropUnused } from './drop-unused.ts';
import { fixReshapes } from './fix-reshapes.ts';

const batch = [node('Shape', ['x'], ['shape']), node('Slice', ['shape', 'zero', 'one'], ['n'])];
const constants = { zero: int64s([0]), one: int64s([1]) };

describe('a computed shape becomes a constant', () => {
  it.each<[string, readonly GraphNode[], Tensor, readonly number[]]>([
    [
      'with the batch first',
      [node('Concat', ['n', 'c'], ['target'], { axis: { int: 0 } })],
      int64s([2, 12]),
      [0, 2, 12],
    ],
    [
      'with what is left',
      [node('Concat', ['n', 'c'], ['target'], { axis: { int: 0 } })],
      int64s([-1]),
      [0, 24],
    ],
    [
      'with the batch in another place',
      [node('Concat', ['c', 'n'], ['target'], { axis: { int: 0 } })],
      int64s([24]),
      [24, -1],
    ],
    [
      'with a multiple of the batch',
      [node('Mul', ['n', 'four'], ['m']), node('Concat', ['m', 'c'], ['target'], { axis: { int: 0 } })],
      int64s([6]),
      [-1, 6],
    ],
  ])('%s', async (_, nodes, c, expected) => {
    const model = draftModel([4, 6], [...batch, ...nodes, node('Reshape', ['x', 'target'], ['y'])], {
      ...constants,
      c,
      four: int64s([4]),
    });
    const fixed = dropUnused(fixReshapes(model, inferShapes(model)));
    expect(fixed.graph.nodes.map(({ op }) => op)).toEqual(['Reshape']);
    expect(fixed.graph.initializers.get(fixed.graph.nodes[0]?.inputs[1] ?? '')).toEqual(int64s(expected));
    await expectSameResults(fixed, model);
  });
});

it('a shape with two sizes that are open stays computed', () => {
  const model: Model = draftModel(
    [4, 6],
    [
      ...batch,
      node('Mul', ['n', 'four'], ['m']),
      node('Concat', ['one', 'm', 'n'], ['target'], { axis: { int: 0 } }),
      node('Reshape', ['x', 'target'], ['y']),
    ],
    { ...constants, four: int64s([24]) },
  );
  expect(fixReshapes(model, inferShapes(model))).toBe(model);
});

it('a constant shape stays the one of the file', () => {
  const model = draftModel([4, 6], [node('Reshape', ['x', 'c'], ['y'])], { c: int64s([-1, 24]) });
  expect(fixReshapes(model, inferShapes(model))).toBe(model);
});
