import { describe, expect, it } from 'vitest';
import { int64s, node } from './build.ts';
import type { Model } from './graph.ts';
import { simplify } from './simplify.ts';
import { draftModel, positiveTensor, randomTensor } from './testing/draft-model.ts';
import { drawChannelsLast } from './testing/draw-channels-last.ts';
import { expectSameResults } from './testing/expect-same-results.ts';
import { seededRandom } from './testing/random.ts';
import { encodeModel } from './write.ts';

describe('random networks with channels last', () => {
  it.each(Array.from({ length: 30 }, (_, index) => index + 101))(
    'compute the same when simplified, without BatchNorm, and are not changed again (seed %i)',
    async (seed) => {
      const model = drawChannelsLast(seededRandom(seed), seed % 2 === 0);
      const simple = simplify(model);
      const ops = simple.graph.nodes.map(({ op }) => op);
      expect(ops).not.toContain('BatchNormalization');
      if (seed % 2 === 0) expect(ops).not.toContain('Transpose');
      expect(simplify(simple)).toBe(simple);
      // The order in which constants lie in memory or in a map plays no part.
      expect(Buffer.compare(encodeModel(simplify(structuredClone(model))), encodeModel(simple))).toBe(0);
      await expectSameResults(simple, model, seed);
    },
  );
});

it('a block as PyTorch exports it unfolded keeps its layers only', async () => {
  const model = draftModel(
    [4, 8, 8],
    [
      node('Identity', ['gamma'], ['scale']),
      node('Conv', ['x', 'w'], ['a'], { pads: { ints: [1, 1, 1, 1] } }),
      node('BatchNormalization', ['a', 'scale', 'beta', 'mean', 'variance'], ['n']),
      node('Relu', ['n'], ['r']),
      node('Dropout', ['r'], ['d']),
      node('GlobalAveragePool', ['d'], ['p']),
      node('Shape', ['p'], ['shape']),
      node('Gather', ['shape', 'zero'], ['batch'], { axis: { int: 0 } }),
      node('Unsqueeze', ['batch', 'axis'], ['rows']),
      node('Concat', ['rows', 'rest'], ['target'], { axis: { int: 0 } }),
      node('Reshape', ['p', 'target'], ['f']),
      node('Gemm', ['f', 'dense'], ['y']),
    ],
    {
      w: randomTensor([6, 4, 3, 3]),
      gamma: randomTensor([6], 2),
      beta: randomTensor([6], 3),
      mean: randomTensor([6], 4),
      variance: positiveTensor([6], 5),
      zero: int64s([0], []),
      axis: int64s([0]),
      rest: int64s([-1]),
      dense: randomTensor([6, 3], 6),
    },
  );
  const simple = simplify(model);
  expect(simple.graph.nodes.map(({ op }) => op)).toEqual([
    'Conv',
    'Relu',
    'GlobalAveragePool',
    'Reshape',
    'Gemm',
  ]);
  expect(simple.graph.initializers.get('f/shape')).toEqual(int64s([0, 6]));
  await expectSameResults(simple, model);
});

it('weights are not copied where nothing is folded into them', () => {
  const w = randomTensor([6, 4, 3, 3]);
  const model = draftModel(
    [4, 8, 8],
    [node('Conv', ['x', 'w'], ['a']), node('Identity', ['a'], ['b']), node('Relu', ['b'], ['y'])],
    { w },
  );
  expect(simplify(model).graph.initializers.get('w')).toBe(w);
});

it('a graph with branches inside is left as it is', () => {
  const inner = { name: 'branch', nodes: [], initializers: new Map(), inputs: [], outputs: [] };
  const model: Model = draftModel(
    [4],
    [node('Identity', ['x'], ['a']), node('If', ['a'], ['y'], { then_branch: { graph: inner } })],
    {},
    ['a'],
  );
  expect(simplify(model)).toBe(model);
});
