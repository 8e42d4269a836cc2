import { expect, it } from 'vitest';
import { node } from '../build.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { reshapeTransposes } from './reshape-transposes.ts';

it.each([
  { dims: [7, 1, 1], perm: [0, 2, 3, 1], op: 'Reshape' },
  { dims: [1, 1, 7], perm: [0, 3, 1, 2], op: 'Reshape' },
  { dims: [1, 5, 7], perm: [1, 0, 2, 3], op: 'Reshape' },
  { dims: [7, 1, 2], perm: [0, 2, 3, 1], op: 'Transpose' },
  { dims: [5, 7, 1], perm: [1, 0, 2, 3], op: 'Transpose' },
])('a Transpose of [N, $dims] by $perm is a $op', async ({ dims, perm, op }) => {
  const model = draftModel(dims, [node('Transpose', ['x'], ['y'], { perm: { ints: perm } })]);
  const simple = reshapeTransposes(model, inferShapes(model));
  expect(simple.graph.nodes.map((made) => made.op)).toEqual([op]);
  await expectSameResults(simple, model);
});
