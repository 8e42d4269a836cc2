import { expect, it } from 'vitest';
import { int64s, node } from '../build.ts';
import type { GraphNode } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { dropUnused } from './drop-unused.ts';
import { mergeReshapes } from './merge-reshapes.ts';

const constants = {
  one: int64s([1, -1, 2]),
  two: int64s([0, 6, 4]),
  axes: int64s([2, 3]),
  last: int64s([-1]),
};
const draft = (nodes: readonly GraphNode[], outputs?: readonly string[]): ReturnType<typeof draftModel> =>
  draftModel([24, 1, 1], nodes, constants, outputs);

it.each<[string, readonly GraphNode[]]>([
  ['Squeeze and Reshape', [node('Squeeze', ['x', 'axes'], ['a']), node('Reshape', ['a', 'two'], ['y'])]],
  ['Flatten and Unsqueeze', [node('Flatten', ['x'], ['a']), node('Unsqueeze', ['a', 'last'], ['y'])]],
])('%s become one Reshape', async (_, nodes) => {
  const model = draft(nodes);
  const merged = dropUnused(mergeReshapes(model, inferShapes(model)));
  expect(merged.graph.nodes.map(({ op }) => op)).toEqual(['Reshape']);
  await expectSameResults(merged, model);
});

it.each<[string, ReturnType<typeof draftModel>]>([
  [
    'another node reads the tensor between',
    draft(
      [node('Flatten', ['x'], ['a']), node('Unsqueeze', ['a', 'last'], ['b']), node('Relu', ['a'], ['y'])],
      ['b', 'y'],
    ),
  ],
  [
    'the tensor between is an output',
    draft([node('Flatten', ['x'], ['a']), node('Unsqueeze', ['a', 'last'], ['b'])], ['a', 'b']),
  ],
])('both stay when %s', (_, model) => {
  expect(mergeReshapes(model, inferShapes(model))).toBe(model);
});
