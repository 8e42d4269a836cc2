import { bootstrapMean, type DrawBelow } from './bootstrap-mean.ts';
import { mcnemarTest, type PairedTest } from './paired.ts';

/** How much better one classifier is than another on the same photos. */
export interface PairedComparison extends PairedTest {
  /** Accuracy of the second minus that of the first. */
  readonly difference: number;
  /** Paired bootstrap interval of the difference over the photos, 95 %; null when they never differ, as nothing tells of chance then. */
  readonly interval95: readonly [number, number] | null;
}

/**
 * Compares two classifiers on the same photos: the difference of their accuracies with its paired bootstrap interval, and McNemar's test.
 *
 * @param a whether the first classifies each photo right
 * @param b the same of the second, aligned with `a`
 * @param draw the source of the bootstrap's chance: equal draws give equal intervals
 * @throws RangeError when the lengths differ, or without photos
 */
export function comparePaired(
  a: readonly boolean[],
  b: readonly boolean[],
  draw: DrawBelow,
): PairedComparison {
  const test = mcnemarTest(a, b);
  if (a.length === 0) throw new RangeError('Expected at least one photo, found none.');
  const gains = a.map((right, index) => Number(b[index]) - Number(right));
  return {
    ...test,
    difference: (test.onlyB - test.onlyA) / a.length,
    interval95: test.onlyA + test.onlyB === 0 ? null : bootstrapMean(gains, draw),
  };
}
