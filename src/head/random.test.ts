import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

interface Golden {
  random: { seed: string; numbers: number[] }[];
}

describe('createRandom', () => {
  it('gives the numbers of an independent implementation', async () => {
    const url = new URL('../../test/goldens/head.json', import.meta.url);
    const golden = JSON.parse(await readFile(url, 'utf8')) as Golden;
    expect(golden.random).toHaveLength(2);
    for (const { seed, numbers } of golden.random) {
      const random = createRandom(seed);
      expect(numbers.map(() => random.below(2 ** 32))).toEqual(numbers);
    }
  });

  it('gives other numbers for another seed', () => {
    const draw = (seed: string): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.below(1000));
    };
    expect(draw('1')).toEqual(draw('1'));
    expect(draw('1')).not.toEqual(draw('2'));
  });

  it('draws each whole number below the limit about equally often', () => {
    const random = createRandom('uniform');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
    // χ² with 6 degrees of freedom lies above 22.5 once in a thousand seeds.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(22.5);
  });

  it('does not favour small numbers where the limit does not divide 2³²', () => {
    const random = createRandom('bias');
    const limit = 3 * 2 ** 30;
    let small = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(limit) < 2 ** 30) small++;
    // A third is fair; taking remainders alone would give a half.
    expect(small / 30_000).toBeGreaterThan(0.32);
    expect(small / 30_000).toBeLessThan(0.35);
  });

  it('draws a normal distribution cut off at two standard deviations', () => {
    const random = createRandom('normal');
    const values = Array.from({ length: 50_000 }, () => random.truncatedNormal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2);
    expect(mean).toBeCloseTo(0, 1);
    // The cut-off leaves the variance 1 − 4 φ(2) / (Φ(2) − Φ(−2)) = 0.7737.
    expect(Math.abs(variance - 0.7737)).toBeLessThan(0.015);
  });

  it.each([0.2, 0.5, 1])('draws from the beta distribution of parameters %d', (shape) => {
    const random = createRandom(`beta ${shape}`);
    const values = Array.from({ length: 20_000 }, () => random.beta(shape));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    // Mean 1/2 and variance 1 / (8 · shape + 4); four standard errors are below these bounds.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1 / (8 * shape + 4))).toBeLessThan(0.005);
  });
});
