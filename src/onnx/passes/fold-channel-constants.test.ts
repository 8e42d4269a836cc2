import { describe, expect, it } from 'vitest';
import { floats, node } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { inferShapes } from '../infer-shapes.ts';
import { draftModel, positiveTensor, randomTensor } from '../testing/draft-model.ts';
import { expectSameResults } from '../testing/expect-same-results.ts';
import { dropUnused } from './drop-unused.ts';
import { foldChannelConstants } from './fold-channel-constants.ts';

const conv = node('Conv', ['x', 'w', 'b'], ['a']);
const weights = { w: randomTensor([6, 4, 3, 3]), b: randomTensor([6]) };

describe('a constant for each channel is folded into the convolution', () => {
  it.each<[string, GraphNode, Tensor]>([
    ['a sum', node('Add', ['a', 'c'], ['y']), randomTensor([6, 1, 1], 2)],
    ['a sum from the left', node('Add', ['c', 'a'], ['y']), randomTensor([1, 6, 1, 1], 2)],
    ['a difference', node('Sub', ['a', 'c'], ['y']), randomTensor([6, 1, 1], 2)],
    ['a difference from the left', node('Sub', ['c', 'a'], ['y']), randomTensor([6, 1, 1], 2)],
    ['a product', node('Mul', ['a', 'c'], ['y']), randomTensor([6, 1, 1], 2)],
    ['a quotient', node('Div', ['a', 'c'], ['y']), positiveTensor([6, 1, 1], 2)],
    ['one factor for all', node('Mul', ['a', 'c'], ['y']), floats([], [1.5])],
  ])('%s', async (_, following, constant) => {
    const model = draftModel([4, 5, 5], [conv, following], { ...weights, c: constant });
    const folded = pass(model);
    expect(folded.graph.nodes.map(({ op }) => op)).toEqual(['Conv']);
    await expectSameResults(folded, model);
  });

  it('also into a Gemm, where the channels are the last axis', async () => {
    const model = draftModel([4], [node('Gemm', ['x', 'w'], ['a']), node('Mul', ['a', 'c'], ['y'])], {
      w: randomTensor([4, 6]),
      c: randomTensor([6], 2),
    });
    const folded = pass(model);
    expect(folded.graph.nodes.map(({ op }) => op)).toEqual(['Gemm']);
    await expectSameResults(folded, model);
  });
});

describe('a constant stays', () => {
  it.each<[string, GraphNode, Tensor]>([
    ['that differs along another axis', node('Mul', ['a', 'c'], ['y']), randomTensor([3], 2)],
    ['that differs from place to place', node('Add', ['a', 'c'], ['y']), randomTensor([6, 3, 3], 2)],
    ['that adds an axis', node('Add', ['a', 'c'], ['y']), randomTensor([1, 1, 6, 1, 1], 2)],
    ['that is divided by the result', node('Div', ['c', 'a'], ['y']), randomTensor([6, 1, 1], 2)],
    ['that divides by zero', node('Div', ['a', 'c'], ['y']), floats([6, 1, 1], [1, 0, 1, 1, 1, 1])],
  ])('%s', (_, following, constant) => {
    const model = draftModel([4, 5, 5], [conv, following], { ...weights, c: constant });
    expect(foldChannelConstants(model, inferShapes(model))).toBe(model);
  });
});

function pass(model: Model): Model {
  return dropUnused(foldChannelConstants(model, inferShapes(model)));
}
