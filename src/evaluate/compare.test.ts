import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adjustHolm } from './adjust-holm.ts';
import { calibrationError } from './calibration-error.ts';
import { comparePaired } from './compare-paired.ts';
import { pairedInterval } from './paired-interval.ts';
import { resampledMean } from './resampled-mean.ts';
import { studentPoint95, studentTails } from './student-t.ts';

interface Corrected {
  values: number[];
  testShare: number;
  mean: number;
  standardDeviation: number;
  interval95: [number, number];
  pValue: number;
}

interface Bootstrap {
  onlyA: number;
  onlyB: number;
  neither: number;
  interval95: [number, number];
}

/** Made by test/goldens/compare.py with NumPy and SciPy. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/compare.json', import.meta.url), 'utf8'),
) as {
  student: [t: number, degrees: number, tails: number, point: number][];
  corrected: Corrected[];
  bootstrap: Bootstrap[];
};

/** Draws numbers below a limit by a small generator (mulberry32). */
function drawFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

describe("Student's t distribution", () => {
  it.each(golden.student)('agrees with SciPy at t = %d, %d degrees', (t, degrees, tails, point) => {
    expect(studentTails(t, degrees)).toBeCloseTo(tails, 13);
    expect(studentTails(-t, degrees)).toBe(studentTails(t, degrees));
    expect(studentPoint95(degrees) / point).toBeCloseTo(1, 12);
  });

  it('far out no value is left, and a probability is never negative', () => {
    expect(studentTails(Infinity, 4)).toBeCloseTo(0, 14);
    expect(studentTails(1e9, 9)).toBeGreaterThanOrEqual(0);
  });
});

describe('resampledMean', () => {
  it.each(golden.corrected)('agrees with SciPy on $values', ({ values, testShare, ...expected }) => {
    const found = resampledMean(values, testShare);
    expect(found.mean).toBeCloseTo(expected.mean, 13);
    expect(found.standardDeviation).toBeCloseTo(expected.standardDeviation, 13);
    expect(found.interval95?.[0]).toBeCloseTo(expected.interval95[0], 11);
    expect(found.interval95?.[1]).toBeCloseTo(expected.interval95[1], 11);
    expect(found.pValue).toBeCloseTo(expected.pValue, 12);
  });

  it('knows no spread of one value', () => {
    expect(resampledMean([0.9], 0.1)).toEqual({
      mean: 0.9,
      standardDeviation: null,
      interval95: null,
      pValue: null,
    });
  });

  it('claims nothing of values that are all the same, unless they are 0', () => {
    const same = resampledMean([0.1, 0.1, 0.1], 0.1);
    expect(same).toMatchObject({ standardDeviation: 0, interval95: null, pValue: null });
    expect(resampledMean([0, 0], 0.1).pValue).toBe(1);
  });
});

describe('pairedInterval', () => {
  it.each(golden.bootstrap)(
    'agrees with the distribution of all resamples, of $onlyA and $onlyB photos among $neither others',
    ({ onlyA, onlyB, neither, interval95 }) => {
      const [low = NaN, high = NaN] = pairedInterval(onlyA, onlyB, onlyA + onlyB + neither) ?? [];
      expect(low).toBeCloseTo(interval95[0], 12);
      expect(high).toBeCloseTo(interval95[1], 12);
    },
  );

  it('covers what resampling the photos by lot gives', () => {
    const [low, high] = pairedInterval(3, 9, 115) ?? [NaN, NaN];
    const draw = drawFrom(1);
    let [below, above] = [0, 0];
    const resamples = 20_000;
    for (let resample = 0; resample < resamples; resample++) {
      let gain = 0;
      for (let drawn = 0; drawn < 115; drawn++) {
        const photo = draw(115);
        gain += photo < 3 ? -1 : photo < 12 ? 1 : 0;
      }
      if (gain / 115 < low - 1e-9) below++;
      if (gain / 115 > high + 1e-9) above++;
    }
    // At most 2.5 % each; the steps of a photo leave less. Four standard errors are 0.45 %.
    expect(below / resamples).toBeLessThan(0.025 + 0.0045);
    expect(above / resamples).toBeLessThan(0.025 + 0.0045);
    expect((below + above) / resamples).toBeGreaterThan(0.01);
  });

  it('is the normal interval of many photos, in a moment', () => {
    const [low = NaN, high = NaN] = pairedInterval(20_000, 30_000, 1_000_000) ?? [];
    const error = Math.sqrt((50_000 - 10_000 ** 2 / 1_000_000) / 1_000_000 ** 2);
    expect(low).toBeCloseTo(0.01 - 1.959964 * error, 5);
    expect(high).toBeCloseTo(0.01 + 1.959964 * error, 5);
  });

  it('knows the ends: every photo gained, a single photo, none that differs', () => {
    expect(pairedInterval(0, 8, 8)).toEqual([1, 1]);
    expect(pairedInterval(5, 0, 5)).toEqual([-1, -1]);
    expect(pairedInterval(1, 0, 1)).toEqual([-1, -1]);
    expect(pairedInterval(0, 0, 9)).toBeNull();
  });
});

describe('comparePaired', () => {
  it('gives difference, interval and test of the second against the first', () => {
    const { onlyA, onlyB, neither, interval95 } = golden.bootstrap[0]!;
    const a = [...new Array<boolean>(onlyA + neither).fill(true), ...new Array<boolean>(onlyB).fill(false)];
    const b = [...new Array<boolean>(onlyA).fill(false), ...new Array<boolean>(neither + onlyB).fill(true)];
    const found = comparePaired(a, b);
    expect(found).toMatchObject({ onlyA: 3, onlyB: 9, difference: 6 / 115 });
    expect(found.interval95?.[0]).toBeCloseTo(interval95[0], 12);
    expect(found.interval95?.[1]).toBeCloseTo(interval95[1], 12);
    // Of 12 throws of a coin at most 3 heads or at least 9: 2 · (1 + 12 + 66 + 220) / 4096.
    expect(found.pValue).toBeCloseTo(598 / 4096, 12);
    expect(comparePaired(b, a)).toMatchObject({ onlyA: 9, onlyB: 3, difference: -6 / 115 });
  });

  it('refuses lists of different lengths, and empty ones', () => {
    expect(() => comparePaired([true], [])).toThrow(RangeError);
    expect(() => comparePaired([], [])).toThrow(RangeError);
  });
});

describe('adjustHolm', () => {
  it('multiplies the smallest by the number of tests, the next by one less, and keeps their order', () => {
    expect(adjustHolm([0.03, 0.005, 0.04])).toEqual([0.06, 0.015, 0.06]);
    expect(adjustHolm([0.9, 0.8])).toEqual([1, 1]);
    expect(adjustHolm([0.02])).toEqual([0.02]);
    expect(adjustHolm([])).toEqual([]);
  });

  it('leaves out a test without a value, but counts it', () => {
    expect(adjustHolm([null, 0.02])).toEqual([null, 0.04]);
  });

  it.each([0.01, 0.05, 0.2, 0.6])("rejects at the level %d what Holm's steps reject", (level) => {
    const draw = drawFrom(5);
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 6 }, () => (draw(1000) + 0.5) / 5000);
      // Step by step, from the smallest: reject while p < level / (tests left), then stop.
      const rejected: number[] = [];
      const sorted = [...values].sort((a, b) => a - b);
      for (const [rank, value] of sorted.entries()) {
        if (value >= level / (values.length - rank)) break;
        rejected.push(value);
      }
      const adjusted = adjustHolm(values);
      expect(values.filter((_, index) => adjusted[index]! < level).sort()).toEqual(rejected.sort());
    }
  });
});

describe('calibrationError', () => {
  it('weighs the gap of each bin by its rows', () => {
    // 15 bins: 0.9 and 0.92 lie in the fourteenth (gap |0.91 − 0.5|), 0.3 in the fifth (gap 0.3).
    expect(calibrationError([0.9, 0.92, 0.3], [true, false, false])).toBeCloseTo((2 * 0.41 + 0.3) / 3, 12);
    expect(calibrationError([], [])).toBe(0);
  });
});
