import { describe, expect, it } from 'vitest';
import { floats, int64s, node } from '../../onnx/build.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer-shapes.ts';
import { draftModel, randomTensor } from '../../onnx/testing/draft-model.ts';
import { findTaps, type NetworkTaps } from '../find-taps.ts';
import { expectPooled } from '../testing/expect-pooled.ts';

describe('a network of tokens', () => {
  const start = [
    node('Conv', ['x', 'patch'], ['patches'], { strides: { ints: [4, 4] } }),
    node('Reshape', ['patches', 'toTokens'], ['rows']),
    node('Transpose', ['rows'], ['tokens'], { perm: { ints: [0, 2, 1] } }),
    node('Add', ['tokens', 'positions'], ['b0']),
  ];
  const constants = {
    patch: randomTensor([6, 3, 4, 4]),
    toTokens: int64s([0, 6, -1]),
    positions: randomTensor([1, 16, 6]),
    one: randomTensor([6]),
    none: floats([6], new Float32Array(6)),
    d: randomTensor([6, 6]),
    scores: randomTensor([6, 9]),
    first: int64s([0], []),
  };
  const attend = (from: string, to: string): GraphNode[] => [
    node('LayerNormalization', [from, 'one', 'none'], [`${to}/n`]),
    node('Transpose', [`${to}/n`], [`${to}/t`], { perm: { ints: [0, 2, 1] } }),
    node('MatMul', [`${to}/n`, `${to}/t`], [`${to}/q`]),
    node('Softmax', [`${to}/q`], [`${to}/p`]),
    node('MatMul', [`${to}/p`, `${to}/n`], [`${to}/v`]),
    node('Add', [from, `${to}/v`], [to]),
  ];
  const feed = (from: string, to: string): GraphNode[] => [
    node('LayerNormalization', [from, 'one', 'none'], [`${to}/n`]),
    node('MatMul', [`${to}/n`, 'd'], [`${to}/m`]),
    node('Add', [from, `${to}/m`], [to]),
  ];
  const end = (from: string): GraphNode[] => [
    node('LayerNormalization', [from, 'one', 'none'], ['last']),
    node('Gather', ['last', 'first'], ['class'], { axis: { int: 1 } }),
    node('Gemm', ['class', 'scores'], ['y']),
  ];

  it('has its residual stream after a quarter, a half, three quarters and all blocks as taps', async () => {
    const blocks = Array.from({ length: 8 }, (_, index) => [
      ...attend(`b${index}`, `a${index + 1}`),
      ...feed(`a${index + 1}`, `b${index + 1}`),
    ]);
    const model = draftModel([3, 16, 16], [...start, ...blocks.flat(), ...end('b8')], constants);
    const { taps, logits } = find(model);
    expect(taps.map(({ name, tensor, axes }) => [name, tensor, axes])).toEqual([
      ['tokens-2', 'b2', [1]],
      ['tokens-4', 'b4', [1]],
      ['tokens-6', 'b6', [1]],
      ['tokens-8', 'b8', [1]],
      ['bottleneck', 'class', []],
    ]);
    expect(logits).toEqual({ tensor: 'y', classes: 9 });
    await expectPooled(model, taps);
  });

  it('that has one block, or two sums a block without attention, has fewer or as many', () => {
    const one = draftModel(
      [3, 16, 16],
      [...start, ...attend('b0', 'a1'), ...feed('a1', 'b1'), ...end('b1')],
      constants,
    );
    expect(find(one).taps.map(({ name }) => name)).toEqual(['tokens-1', 'bottleneck']);
    const sums = Array.from({ length: 8 }, (_, index) => feed(`b${index}`, `b${index + 1}`));
    const mixer = draftModel([3, 16, 16], [...start, ...sums.flat(), ...end('b8')], constants);
    expect(
      find(mixer)
        .taps.map(({ name, tensor }) => [name, tensor])
        .slice(0, 2),
    ).toEqual([
      ['tokens-1', 'b2'],
      ['tokens-2', 'b4'],
    ]);
  });
});

function find(model: Model): NetworkTaps {
  return findTaps(model, inferShapes(model));
}
