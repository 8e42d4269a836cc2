import { describe, expect, it } from 'vitest';
import { floats, node } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { draftModel, positiveTensor, randomTensor } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { dropUnused } from './drop-unused.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';

const statistics = (channels: number): Record<string, Tensor> => ({
  gamma: randomTensor([channels], 2),
  beta: randomTensor([channels], 3),
  mean: randomTensor([channels], 4),
  variance: positiveTensor([channels], 5),
});
const normalise = (input: string, output: string): GraphNode =>
  node('BatchNormalization', [input, 'gamma', 'beta', 'mean', 'variance'], [output], {
    epsilon: { float: 0.01 },
  });
const bias = randomTensor([6], 6);

describe('BatchNormalization is folded into', () => {
  it.each<[string, GraphNode, readonly number[], Record<string, Tensor>]>([
    [
      'a convolution',
      node('Conv', ['x', 'w', 'b'], ['a']),
      [4, 5, 5],
      { w: randomTensor([6, 4, 3, 3]), b: bias },
    ],
    [
      'a convolution without bias',
      node('Conv', ['x', 'w'], ['a']),
      [4, 5, 5],
      { w: randomTensor([6, 4, 3, 3]) },
    ],
    [
      'a convolution in groups',
      node('Conv', ['x', 'w', 'b'], ['a'], { group: { int: 2 } }),
      [4, 5, 5],
      { w: randomTensor([6, 2, 3, 3]), b: bias },
    ],
    [
      'a transposed convolution',
      node('ConvTranspose', ['x', 'w', 'b'], ['a']),
      [4, 5, 5],
      { w: randomTensor([4, 6, 2, 2]), b: bias },
    ],
    [
      'a transposed convolution in groups',
      node('ConvTranspose', ['x', 'w'], ['a'], { group: { int: 2 } }),
      [4, 5, 5],
      { w: randomTensor([4, 3, 2, 2]) },
    ],
    ['a Gemm', node('Gemm', ['x', 'w', 'b'], ['a']), [4], { w: randomTensor([4, 6]), b: bias }],
    [
      'a Gemm without bias',
      node('Gemm', ['x', 'w'], ['a'], { transB: { int: 1 }, alpha: { float: 0.7 } }),
      [4],
      { w: randomTensor([6, 4]) },
    ],
    [
      'a Gemm with a factor and one bias for all',
      node('Gemm', ['x', 'w', 'b'], ['a'], { beta: { float: 3 }, alpha: { float: 0.7 } }),
      [4],
      { w: randomTensor([4, 6]), b: floats([1], [0.4]) },
    ],
    [
      'a Gemm whose bias is a row',
      node('Gemm', ['x', 'w', 'b'], ['a'], { beta: { float: 3 } }),
      [4],
      { w: randomTensor([4, 6]), b: randomTensor([1, 6]) },
    ],
  ])('%s', async (_, linear, dims, constants) => {
    const model = draftModel(dims, [linear, normalise('a', 'n'), node('Relu', ['n'], ['y'])], {
      ...constants,
      ...statistics(6),
    });
    const folded = dropUnused(foldBatchNorm(model));
    expect(folded.graph.nodes.map(({ op }) => op)).toEqual([linear.op, 'Relu']);
    expect([...folded.graph.initializers.keys()]).not.toContain('gamma');
    await expectSameResults(folded, model);
  });
});

describe('BatchNormalization stays', () => {
  const conv = node('Conv', ['x', 'w'], ['a']);
  const constants = { w: randomTensor([6, 4, 3, 3]), ...statistics(6) };
  const draft = (nodes: readonly GraphNode[], outputs?: readonly string[]): Model =>
    draftModel([4, 5, 5], nodes, constants, outputs);

  it.each<[string, Model]>([
    [
      'when something else reads what it reads',
      draft([conv, normalise('a', 'n'), node('Add', ['a', 'n'], ['y'])]),
    ],
    ['when what it reads is an output', draft([conv, normalise('a', 'n')], ['a', 'n'])],
    [
      'when the weights serve another convolution too',
      draft([conv, normalise('a', 'n'), node('Conv', ['x', 'w'], ['o']), node('Add', ['n', 'o'], ['y'])]),
    ],
    ['when it trains', draft([conv, { ...normalise('a', 'n'), attributes: { training_mode: { int: 1 } } }])],
    ['after an activation', draft([conv, node('Relu', ['a'], ['r']), normalise('r', 'n')])],
  ])('%s', (_, model) => {
    expect(foldBatchNorm(model)).toBe(model);
  });

  it('when its bias would not be finite', () => {
    const model = draftModel([4, 5, 5], [conv, normalise('a', 'n')], {
      ...constants,
      mean: floats([6], [1, 2, Infinity, 1, 1, 1]),
    });
    expect(foldBatchNorm(model)).toBe(model);
  });
});
