import { mcnemarTest, type PairedTest } from './paired.ts';
import { pairedInterval } from './paired-interval.ts';

/** How much better one classifier is than another on the same photos. */
export interface PairedComparison extends PairedTest {
  /** Accuracy of the second minus that of the first. */
  readonly difference: number;
  /** As {@link pairedInterval} gives it. */
  readonly interval95: readonly [number, number] | null;
}

/**
 * Compares two classifiers on the same photos: the difference of their accuracies with its paired bootstrap interval, and McNemar's test.
 *
 * @param a whether the first classifies each photo right, at least one
 * @param b the same of the second, aligned with `a`
 * @throws RangeError when the lengths differ, or without photos
 */
export function comparePaired(a: readonly boolean[], b: readonly boolean[]): PairedComparison {
  const test = mcnemarTest(a, b);
  if (a.length === 0) throw new RangeError('Expected at least one photo, found none.');
  return {
    ...test,
    difference: (test.onlyB - test.onlyA) / a.length,
    interval95: pairedInterval(test.onlyA, test.onlyB, a.length),
  };
}
