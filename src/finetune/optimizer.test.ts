import { describe, expect, it } from 'vitest';
import { averageWeights } from './average-weights.ts';
import { clipScale } from './clip-scale.ts';
import { openOptimizer } from './optimizer.ts';
import { readTuningGolden } from './testing/golden.ts';

const golden = await readTuningGolden();
const layout = {
  length: 9,
  slices: [
    { name: 'weights', dims: [2, 3], from: 0, to: 6, isDecayed: true, rateFactor: 1 },
    { name: 'bias', dims: [3], from: 6, to: 9, isDecayed: false, rateFactor: 3 },
  ],
};

function expectClose(actual: Float32Array, expected: readonly number[], step: number): void {
  for (const [index, value] of expected.entries()) {
    // The numbers are near 1, and kept as float32.
    expect(Math.abs(actual[index]! - value), `weight ${index} after step ${step}`).toBeLessThan(2e-6);
  }
}

describe('an optimizer', () => {
  it.each(golden.optimizers)(
    '$optimizer moves weights as PyTorch does, with decay $weightDecay and norms up to $clipNorm',
    ({ optimizer, weightDecay, clipNorm, start, gradients, weights }) => {
      const opened = openOptimizer({ optimizer, weightDecay }, layout);
      const own = Float32Array.from(start);
      for (const [index, values] of gradients.entries()) {
        const gradient = Float32Array.from(values);
        const scale = clipNorm === null ? 1 / 4 : clipScale(gradient, 1 / 4, clipNorm);
        opened.update(own, gradient, { scale, rate: 0.02, step: index + 1 });
        expectClose(own, weights[index]!, index + 1);
      }
    },
  );
});

describe('clipScale', () => {
  it('leaves gradients alone whose norm is not above the bound', () => {
    // Norm 5, halved 2.5.
    expect(clipScale(Float32Array.of(3, 4), 0.5, 2.6)).toBe(0.5);
    expect(clipScale(Float32Array.of(3, 4), 0.5, 1)).toBeCloseTo(0.2, 6);
  });

  it.each([NaN, Infinity])('gives NaN for a gradient that holds %d', (value) => {
    expect(clipScale(Float32Array.of(1, value), 1, 1)).toBeNaN();
  });
});

describe('averageWeights', () => {
  it.each(golden.averages)(
    'moves towards the weights, at a decay of $decay',
    ({ decay, weights, averages }) => {
      const average = Float32Array.from(weights[0]!);
      for (const [index, expected] of averages.entries()) {
        averageWeights(average, Float32Array.from(weights[index + 1]!), decay, index + 1);
        expectClose(average, expected, index + 1);
      }
    },
  );
});
