import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { areaUnderRoc } from './auroc.ts';
import { measureRejection } from './rejection.ts';
import { fewestScores, rejectionThreshold } from './rejection-threshold.ts';

/** Made by test/goldens/unknown.py with scikit-learn. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/unknown.json', import.meta.url), 'utf8'),
) as { auroc: { negatives: number[]; positives: number[]; auroc: number }[] };

describe('areaUnderRoc', () => {
  it.each(golden.auroc)(
    'agrees with scikit-learn on $auroc, ties included',
    ({ negatives, positives, auroc }) => {
      expect(areaUnderRoc(negatives, positives)).toBeCloseTo(auroc, 12);
    },
  );

  it('is 1 where all positives are above all negatives, ½ where nothing differs, and null without a side', () => {
    expect(areaUnderRoc([1, 2], [3, 4])).toBe(1);
    expect(areaUnderRoc([5, 5], [5, 5, 5])).toBe(0.5);
    expect(areaUnderRoc([], [1])).toBeNull();
    expect(areaUnderRoc([1], [])).toBeNull();
  });
});

describe('rejectionThreshold', () => {
  const scores = Float64Array.from({ length: 99 }, (_, index) => ((index * 37) % 99) + 1);

  it('leaves that share of the scores, and of one more, above it', () => {
    expect(rejectionThreshold(scores, 0.05)).toBe(95);
    expect(rejectionThreshold(scores, 0.1)).toBe(90);
    expect(rejectionThreshold(scores, 0.5)).toBe(50);
  });

  it('falls as the share grows', () => {
    const shares = Array.from({ length: 49 }, (_, index) => (index + 1) / 100);
    const thresholds = shares.map((share) => rejectionThreshold(scores, share) ?? NaN);
    expect(thresholds).toEqual([...thresholds].sort((a, b) => b - a));
    expect(new Set(thresholds).size).toBe(49);
  });

  it('needs as many scores as fewestScores says', () => {
    expect([0.05, 0.01, 0.1, 0.5, 0.025].map(fewestScores)).toEqual([19, 99, 9, 1, 39]);
    for (const share of [0.05, 0.01, 0.1, 0.5, 0.025, 0.07, 0.003]) {
      const count = fewestScores(share);
      expect(rejectionThreshold(new Float64Array(count), share)).toBe(0);
      expect(rejectionThreshold(new Float64Array(count - 1), share)).toBeNull();
    }
  });
});

describe('measureRejection', () => {
  it('counts what is rejected and what of the rest is right', () => {
    const { interval95, ...rest } = measureRejection([true, false, false, false], [true, true, false, true]);
    expect(rest).toEqual({ count: 4, rejected: 1, acceptedAccuracy: 2 / 3 });
    expect(interval95[0]).toBeLessThan(0.25);
    expect(interval95[1]).toBeGreaterThan(0.25);
  });

  it('knows no accuracy where all are rejected', () => {
    expect(measureRejection([true], [true]).acceptedAccuracy).toBeNull();
  });
});
