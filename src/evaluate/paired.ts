/** How two classifiers differ on the same photos. */
export interface PairedTest {
  /** Photos that only the first classifies right. */
  readonly onlyA: number;
  /** Photos that only the second classifies right. */
  readonly onlyB: number;
  /** Probability of a difference at least as large if both were equally good; 1 when they never differ. */
  readonly pValue: number;
}

/**
 * Compares two classifiers on the same photos by McNemar's test, exact and two-sided: under the null hypothesis the photos
 * on which just one is right fall to either by a fair coin (McNemar 1947, Psychometrika 12:153).
 *
 * @param a whether the first classifies each photo right
 * @param b the same of the second, aligned with `a`
 * @throws RangeError when the lengths differ
 */
export function mcnemarTest(a: readonly boolean[], b: readonly boolean[]): PairedTest {
  if (a.length !== b.length) {
    throw new RangeError(`Expected two lists of one length, found ${a.length} and ${b.length}.`);
  }
  const onlyA = a.filter((right, index) => right && b[index] === false).length;
  const onlyB = b.filter((right, index) => right && a[index] === false).length;
  return { onlyA, onlyB, pValue: Math.min(1, 2 * coinTail(Math.min(onlyA, onlyB), onlyA + onlyB)) };
}

/** Probability of at most `heads` heads in `n` throws of a fair coin. */
function coinTail(heads: number, n: number): number {
  // Logarithms, as 2⁻ⁿ alone vanishes from 1075 throws on.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= heads; k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return tail;
}
