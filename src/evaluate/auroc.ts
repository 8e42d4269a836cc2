/**
 * Gives the area under the ROC curve: the probability that a positive has a larger score than a negative, equal scores counting
 * half (Mann and Whitney's U over the number of pairs). Null when one side is empty.
 *
 * @param negatives scores of what should score low
 * @param positives scores of what should score high
 */
export function areaUnderRoc(negatives: ArrayLike<number>, positives: ArrayLike<number>): number | null {
  if (negatives.length === 0 || positives.length === 0) return null;
  const sorted = Float64Array.from(negatives).sort();
  let pairs = 0;
  for (let index = 0; index < positives.length; index++) {
    const score = positives[index]!;
    pairs += (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2;
  }
  return pairs / (negatives.length * positives.length);
}

/** How many of the ascending values are below a score, or at most it. */
function countBelow(sorted: Float64Array, score: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle]!;
    if (value < score || (orEqual && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}
