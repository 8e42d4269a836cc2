/**
 * Gives the score above which a photo counts as unknown, so that at most the given share of known photos is rejected: the
 * k-th smallest score with k = ⌈(n + 1) · (1 − share)⌉, the bound of split conformal prediction (Vovk et al. 2005). A larger share
 * gives a threshold that is no higher. Null when there are fewer scores than such a bound needs, {@link fewestScores}.
 *
 * @param scores of known photos that the statistics were not fitted on
 * @param share between 0 and 1
 */
export function rejectionThreshold(scores: Float64Array, share: number): number | null {
  const rank = rankOf(scores.length, share);
  return rank > scores.length ? null : (scores.slice().sort()[rank - 1] ?? null);
}

/** The fewest scores of known photos that a threshold for the given share can be set with: 19 for 5 %. */
export function fewestScores(share: number): number {
  let count = Math.max(1, Math.floor(1 / share) - 2);
  while (rankOf(count, share) > count) count++;
  return count;
}

function rankOf(count: number, share: number): number {
  // Without the tolerance a product such as 20 · (1 − 0.05) may round up past its whole number.
  return Math.max(1, Math.ceil((count + 1) * (1 - share) - 1e-9));
}
