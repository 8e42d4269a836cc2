import { describe, expect, it } from 'vitest';
import { floats, int64s, node, uint8s } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel, positiveTensor, randomTensor } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { dropUnused } from './drop-unused.ts';
import { foldConstants } from './fold-constants.ts';

describe('an expression of constants becomes one', () => {
  it.each<[string, GraphNode, readonly number[]]>([
    ['Mul', node('Mul', ['w', 'row'], ['c']), [4, 5]],
    ['Add', node('Add', ['column', 'row'], ['c']), [4, 5]],
    ['Sub', node('Sub', ['w', 'column'], ['c']), [4, 5]],
    ['Div', node('Div', ['w', 'row'], ['c']), [4, 5]],
    ['Sqrt', node('Sqrt', ['row'], ['c']), [5]],
    ['Reciprocal', node('Reciprocal', ['row'], ['c']), [5]],
    ['Neg', node('Neg', ['w'], ['c']), [4, 5]],
    ['Transpose', node('Transpose', ['cube'], ['c'], { perm: { ints: [2, 0, 1] } }), [5, 3, 4]],
    ['Transpose without axes', node('Transpose', ['w'], ['c']), [5, 4]],
    ['Reshape', node('Reshape', ['w', 'shape'], ['c']), [2, 10]],
    ['Unsqueeze', node('Unsqueeze', ['w', 'axes'], ['c']), [4, 5, 1]],
    ['Gather', node('Gather', ['w', 'places'], ['c'], { axis: { int: 1 } }), [4, 3]],
    ['Concat', node('Concat', ['w', 'column', 'w'], ['c'], { axis: { int: 1 } }), [4, 11]],
    ['Expand', node('Expand', ['column', 'wide'], ['c']), [2, 4, 5]],
    ['ConstantOfShape', node('ConstantOfShape', ['shape'], ['c']), [2, 10]],
  ])('%s', async (_, made, dims) => {
    const constants = {
      w: randomTensor([4, 5]),
      cube: randomTensor([3, 4, 5]),
      row: positiveTensor([5]),
      column: positiveTensor([4, 1]),
      shape: int64s([2, 10]),
      axes: int64s([-1]),
      places: int64s([4, 0, -2]),
      wide: int64s([2, 1, 5]),
    };
    // Large enough that the values are no longer followed as those of shapes are.
    for (const isLarge of [false, true]) {
      const grown = isLarge ? grow(constants, made) : constants;
      const model = draftModel(
        [1],
        [made, node('Identity', ['c'], ['copy']), node('Add', ['copy', 'half'], ['y'])],
        { ...grown, half: floats([], [0.5]) },
      );
      const folded = pass(model);
      expect(folded.graph.nodes.map(({ op }) => op)).toEqual(['Add']);
      if (!isLarge) expect(folded.graph.initializers.get('copy')?.dims).toEqual(dims);
      await expectSameResults(folded, model);
    }
  });
});

it('arithmetic on shapes becomes a constant where the batch takes no part', async () => {
  const model = draftModel(
    [3, 6, 8],
    [
      node('Shape', ['x'], ['shape']),
      node('Gather', ['shape', 'two'], ['height'], { axis: { int: 0 } }),
      node('Div', ['height', 'two'], ['half']),
      node('Gather', ['shape', 'zero'], ['n'], { axis: { int: 0 } }),
      node('Concat', ['n', 'minusOne', 'half'], ['target'], { axis: { int: 0 } }),
      node('Reshape', ['x', 'target'], ['y']),
    ],
    { two: int64s([2]), zero: int64s([0]), minusOne: int64s([-1]) },
  );
  const folded = pass(model);
  expect(folded.graph.nodes.map(({ op }) => op)).toEqual(['Shape', 'Gather', 'Concat', 'Reshape']);
  expect(folded.graph.initializers.get('half')).toEqual(int64s([3]));
  await expectSameResults(folded, model);
});

it('the end of the range of whole numbers, which means "all" to Slice, is kept as it is', () => {
  const model = draftModel(
    [2],
    [node('Unsqueeze', ['end', 'axis'], ['ends']), node('Slice', ['x', 'start', 'ends'], ['y'])],
    {
      end: { type: 'int64', dims: [], data: BigInt64Array.of(2n ** 63n - 1n) },
      axis: int64s([0]),
      start: int64s([0]),
    },
  );
  expect(pass(model).graph.initializers.get('ends')?.data).toEqual(BigInt64Array.of(2n ** 63n - 1n));
});

describe('a constant is not made', () => {
  it.each<[string, GraphNode, Record<string, Tensor>]>([
    [
      'where it would be larger than its sources and 64 KB',
      node('Add', ['a', 'b'], ['c']),
      { a: randomTensor([200, 1]), b: randomTensor([1, 200]) },
    ],
    [
      'of quantised weights',
      node('DequantizeLinear', ['a', 'b'], ['c']),
      { a: uint8s([4], [1, 2, 3, 4]), b: floats([], [0.5]) },
    ],
    ['by operators that are left to the runtime', node('Softmax', ['a'], ['c']), { a: randomTensor([3]) }],
  ])('%s', (_, made, constants) => {
    const model = draftModel([1], [made, node('Add', ['x', 'c'], ['y'])], constants);
    expect(pass(model)).toBe(model);
  });

  it('of an output', () => {
    const model = draftModel([1], [node('Neg', ['a'], ['y'])], { a: randomTensor([3]) });
    expect(pass(model)).toBe(model);
  });
});

/** Repeats the weights of a node along an axis that it does not name, beyond the number of values that are followed. */
function grow(constants: Record<string, Tensor>, { op }: GraphNode): Record<string, Tensor> {
  const many = 300;
  if (op === 'Expand' || op === 'ConstantOfShape' || op === 'Gather') return constants;
  if (op === 'Reshape') return { ...constants, w: randomTensor([40, 50]), shape: int64s([20, 100]) };
  return {
    ...constants,
    w: randomTensor([many, 5]),
    cube: randomTensor([3, many, 5]),
    row: op === 'Sqrt' || op === 'Reciprocal' ? positiveTensor([5 * many]) : positiveTensor([5]),
    column: positiveTensor([many, 1]),
  };
}

function pass(model: Model): Model {
  return dropUnused(foldConstants(model, inferShapes(model)));
}
