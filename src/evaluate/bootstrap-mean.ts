/** Draws one of `0 … limit − 1`, each equally likely. */
export type DrawBelow = (limit: number) => number;

/**
 * Gives the 95 % percentile interval of a mean by the bootstrap (Efron 1979, Annals of Statistics 7:1): the values are drawn again with
 * replacement, as many as there are, and the middle 95 % of the means are kept.
 *
 * @param values at least one
 * @param resamples how often they are drawn again
 */
export function bootstrapMean(
  values: readonly number[],
  draw: DrawBelow,
  resamples = 10_000,
): [low: number, high: number] {
  const pool = Float64Array.from(values);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let drawn = 0; drawn < pool.length; drawn++) sum += pool[draw(pool.length)]!;
    means[resample] = sum / pool.length;
  }
  means.sort();
  return [pointOf(means, 0.025), pointOf(means, 0.975)];
}

/** The value below which a share of the sorted values lies, between two of them in proportion. */
function pointOf(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}
