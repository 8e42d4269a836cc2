import { expect, it } from 'vitest';
import { node } from '../build.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel, positiveTensor, randomTensor } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { replaceBatchNorm } from './replace-batch-norm.ts';

it.each([
  { dims: [4, 5, 5], ops: ['Conv'] },
  { dims: [4, 5], ops: ['Mul', 'Add'] },
  { dims: [4], ops: ['Mul', 'Add'] },
])('BatchNormalization of [N, $dims] becomes $ops', async ({ dims, ops }) => {
  const model = draftModel(
    dims,
    [node('BatchNormalization', ['x', 'gamma', 'beta', 'mean', 'variance'], ['y'])],
    {
      gamma: randomTensor([4], 2),
      beta: randomTensor([4], 3),
      mean: randomTensor([4], 4),
      variance: positiveTensor([4], 5),
    },
  );
  const replaced = replaceBatchNorm(model, inferShapes(model));
  expect(replaced.graph.nodes.map(({ op }) => op)).toEqual(ops);
  await expectSameResults(replaced, model);
});

it('one whose statistics are not constant stays', () => {
  const model = draftModel(
    [4],
    [node('Relu', ['x'], ['mean']), node('BatchNormalization', ['x', 'g', 'g', 'mean', 'g'], ['y'])],
    {
      g: positiveTensor([4]),
    },
  );
  expect(replaceBatchNorm(model, inferShapes(model))).toBe(model);
});
