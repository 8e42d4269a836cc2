import { describe, expect, it } from 'vitest';
import { floats, node } from '../build.ts';
import type { Model, Tensor } from '../graph.ts';
import { draftModel, randomTensor } from '../testing/draft-model.ts';
import { runModel } from '../testing/run-model.ts';
import { levelsOver } from './levels.ts';
import { errorGraph, rangeGraph } from './measure-graph.ts';
import { planQuantisation } from './plan.ts';
import { quantiseWeights } from './quantise-weights.ts';
import { quantise } from './quantise.ts';

describe('the levels of a range', () => {
  it('reach over it, and 0 is one of them exactly', () => {
    for (const [low, high] of [
      [-1, 1],
      [0, 6],
      [0.5, 2],
      [-3, -1],
    ] as const) {
      const { scale, zero } = levelsOver({ low, high });
      expect(Number.isInteger(zero) && zero >= 0 && zero <= 255).toBe(true);
      expect(scale * (0 - zero)).toBeLessThanOrEqual(Math.min(0, low) + scale / 2);
      expect(scale * (255 - zero)).toBeGreaterThanOrEqual(Math.max(0, high) - scale / 2);
    }
  });

  it('of a tensor that is always 0 are still levels', () => {
    expect(levelsOver({ low: 0, high: 0 })).toEqual({ scale: 1, zero: 0 });
  });
});

describe('quantised weights', () => {
  const conv = node('Conv', ['x', 'w'], ['y']);

  it('are whole numbers to 64, so that two products with bytes fit into 16 bits, with a scale for each channel', () => {
    const weights = floats([2, 2, 1, 1], [1, -0.5, 0.01, 0.02]);
    const { levels, scales } = quantiseWeights(conv, weights, undefined, { scale: 1, means: [0, 0] });
    expect([...levels.data].map(Number)).toEqual([64, -32, 32, 64]);
    expect([...scales.data].map(Number)).toEqual([1 / 64, Math.fround(0.02 / 64)].map(Math.fround));
    expect(255 * 64 * 2).toBeLessThan(2 ** 15);
  });

  it('have a bias in steps of both scales, less what rounding adds on average', () => {
    // 0.3 is 19 steps of 1 / 64 and 0.003125 over: with a mean input of 4 the rounding takes 0.0125 off, which the bias gives back.
    const weights = floats([1, 2, 1, 1], [1, 0.3]);
    const made = quantiseWeights(conv, weights, floats([1], [0.5]), { scale: 0.01, means: [0, 4] });
    expect([...made.levels.data].map(Number)).toEqual([64, 19]);
    const step = 0.01 / 64;
    expect(Number(made.bias.data[0])).toBe(Math.round((0.5 + 4 * (0.3 - 19 / 64)) / step));
    expect(Number(made.biasScales.data[0])).toBeCloseTo(step, 9);
  });

  it('of a group are corrected by the means of its own inputs', () => {
    const grouped = node('Conv', ['x', 'w'], ['y'], { group: { int: 2 } });
    const weights = floats([2, 1, 1, 2], [1, 0.3, 1, 0.3]);
    const { bias, biasScales } = quantiseWeights(grouped, weights, undefined, { scale: 0.01, means: [0, 4] });
    const values = [...bias.data].map((level, at) => Number(level) * Number(biasScales.data[at]));
    expect(values[0]).toBe(0);
    expect(values[1]).toBeCloseTo(4 * (0.3 - 19 / 64), 3);
  });

  it('of a channel of zeros with a large bias keep the bias', () => {
    const weights = floats([1, 1, 1, 1], [0]);
    const { bias, biasScales } = quantiseWeights(conv, weights, floats([1], [1e6]), {
      scale: 1e-6,
      means: [0],
    });
    expect((Number(bias.data[0]) * Number(biasScales.data[0])) / 1e6).toBeCloseTo(1, 6);
  });
});

/** Two convolutions with a Relu each, a pool and a join between, and an average that floats give. */
function network(): Model {
  return draftModel(
    [3, 8, 8],
    [
      node('Conv', ['x', 'w1', 'b1'], ['c1']),
      node('Relu', ['c1'], ['r1']),
      node('MaxPool', ['r1'], ['p'], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Conv', ['p', 'w2'], ['c2']),
      node('Clip', ['c2', 'low', 'high'], ['r2']),
      node('Concat', ['p', 'r2'], ['joined'], { axis: { int: 1 } }),
      node('Conv', ['joined', 'w3'], ['c3']),
      node('Add', ['c3', 'r2'], ['sum']),
      node('GlobalAveragePool', ['sum'], ['mean']),
    ],
    {
      w1: randomTensor([4, 3, 1, 1], 1),
      b1: randomTensor([4], 2),
      w2: randomTensor([4, 4, 1, 1], 3),
      w3: randomTensor([4, 8, 1, 1], 4),
      low: floats([], [0]),
      high: floats([], [6]),
    },
    ['mean', 'r2'],
  );
}

async function rangesOn(
  model: Model,
  tensors: readonly string[],
  x: Tensor,
): Promise<Map<string, { low: number; high: number }>> {
  const graph = rangeGraph(model, tensors, new Map());
  const figures = await runModel(graph.model, { x });
  return new Map(
    [...graph.outputs].map(([tensor, [low = '', high = '']]) => [
      tensor,
      { low: Number(figures[low]?.data[0]), high: Number(figures[high]?.data[0]) },
    ]),
  );
}

describe('a quantised graph', () => {
  it('has its convolutions and what lies between them on integers, and no Relu', () => {
    const { graph } = network();
    const plan = planQuantisation(graph);
    // Nothing on integers reads the sum, so that it is added in floating point.
    expect([...plan.nodes.keys()].map(({ op }) => op)).toEqual(['Conv', 'MaxPool', 'Conv', 'Concat', 'Conv']);
    expect([...plan.folded].map(({ op }) => op)).toEqual(['Relu', 'Clip']);
    expect(plan.levelsOf.get('p')).toBe('r1');
  });

  it('gives what the graph gives, within the steps of 8 bits, and the same outputs', async () => {
    const model = network();
    const plan = planQuantisation(model.graph);
    const x = randomTensor([2, 3, 8, 8], 9);
    const ranges = await rangesOn(model, [...new Set(plan.levelsOf.values())], x);
    const made = quantise(model, plan, { ranges, means: new Map() });
    expect(made.graph.outputs).toEqual(model.graph.outputs);
    expect(made.graph.nodes.filter(({ op }) => op === 'Relu' || op === 'Clip')).toEqual([]);
    expect(
      [...made.graph.initializers.values()].filter(({ type }) => type === 'int8').map(({ dims }) => dims[0]),
    ).toHaveLength(6);
    const [wanted, found] = [await runModel(model, { x }), await runModel(made, { x })];
    for (const name of ['mean', 'r2']) {
      const values = [...(wanted[name]?.data as Float32Array)];
      const largest = Math.max(...values.map(Math.abs));
      values.forEach((value, at) => {
        expect(Math.abs(value - Number(found[name]?.data[at])) / largest, name).toBeLessThan(0.03);
      });
    }
  });

  it('is not made without a range of each tensor', () => {
    const model = network();
    const plan = planQuantisation(model.graph);
    expect(() => quantise(model, plan, { ranges: new Map(), means: new Map() })).toThrow(
      'Expected a range of the tensor x',
    );
  });
});

it('measures the error of levels as their distance from the values', async () => {
  const model = draftModel([4], [node('Identity', ['x'], ['y'])]);
  const x = floats([1, 4], [0, 1, 2.2, 300]);
  const graph = errorGraph(
    model,
    new Map([
      [
        'y',
        [
          { low: 0, high: 255 },
          { low: 0, high: 510 },
        ],
      ],
    ]),
  );
  const [first = '', second = ''] = graph.outputs.get('y') ?? [];
  const figures = await runModel(graph.model, { x });
  // Steps of 1 end at 255; those of 2 are 1 or 0.2 off (1 is rounded to the even half).
  expect(Number(figures[first]?.data[0])).toBeCloseTo(0.2 ** 2 + 45 ** 2, 3);
  expect(Number(figures[second]?.data[0])).toBeCloseTo(1 + 0.2 ** 2, 3);
});
