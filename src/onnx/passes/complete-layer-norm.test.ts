import { expect, it } from 'vitest';
import { floats, node } from '../build.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { runModel } from '../testing/run-model.ts';
import { completeLayerNorm } from './complete-layer-norm.ts';

const scale = randomTensor([5]);

it('a LayerNormalization without a bias gets zeros', async () => {
  const model = draftModel([4, 5], [node('LayerNormalization', ['x', 'scale'], ['y'])], { scale });
  const complete = completeLayerNorm(model);
  expect(complete.graph.initializers.get('y/bias')).toEqual(floats([5], [0, 0, 0, 0, 0]));
  await expectSameResults(complete, model);
  expect(completeLayerNorm(complete)).toBe(complete);
});

it('before attention, where onnxruntime would end the process, it runs', async () => {
  const nodes = [
    node('Relu', ['x'], ['a']),
    node('LayerNormalization', ['a', 'scale'], ['n']),
    node('Transpose', ['n'], ['t'], { perm: { ints: [0, 2, 1] } }),
    node('MatMul', ['n', 't'], ['q']),
    node('Softmax', ['q'], ['p']),
    node('MatMul', ['p', 'n'], ['v']),
    node('Add', ['a', 'v'], ['y']),
  ];
  const { y } = await runModel(completeLayerNorm(draftModel([4, 5], nodes, { scale })), {
    x: randomTensor([2, 4, 5]),
  });
  expect(y?.dims).toEqual([2, 4, 5]);
});
