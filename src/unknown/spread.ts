import type { RawScores } from './fit-scores.ts';

/** How known photos score: what others are compared with. */
export interface Spread {
  /** Mean and standard deviation of the score of each class for its own photos, `[classes]`. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Mean and standard deviation of the share within the subspace. */
  readonly within: { readonly mean: number; readonly deviation: number };
}

/** The distance from the subspace counts this much of what the distance from the classes does. */
export const subspaceWeight = 0.2;

/** Each class's statistics count as if that many photos scored as the average of all classes does. */
const priorPhotos = 5;
/** Where all photos score alike, rounding must not look like a difference. */
const leastDeviation = 0.01;

/** Measures the spread of photos by scores of fits that had not seen them. */
export function measureSpread(
  { classScores, within }: RawScores,
  labels: Int32Array,
  classes: number,
): Spread {
  const own = Float64Array.from(labels, (label, row) => classScores[row * classes + label] ?? 0);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]! += 1;
  const shrink = (values: Float64Array): Float64Array => {
    const average = mean(values);
    const sums = counts.map(() => priorPhotos * average);
    for (const [row, label] of labels.entries()) sums[label]! += values[row]!;
    return sums.map((sum, label) => sum / (counts[label]! + priorPhotos));
  };
  const means = shrink(own);
  const squares = shrink(own.map((value, row) => (value - means[labels[row] ?? 0]!) ** 2));
  const average = mean(within);
  const deviation = Math.sqrt(mean(within.map((value) => (value - average) ** 2)));
  return {
    means,
    deviations: squares.map((square) => Math.max(leastDeviation, Math.sqrt(square))),
    within: { mean: average, deviation: Math.max(leastDeviation, deviation) },
  };
}

/** Turns raw scores into unknown scores `[photos]`, as the formula of {@link UnknownModel} does. */
export function standardise({ classScores, within }: RawScores, spread: Spread): Float64Array {
  const classes = spread.means.length;
  return within.map((inside, photo) => {
    let nearest = Infinity;
    for (let label = 0; label < classes; label++) {
      const fit = (spread.means[label]! - classScores[photo * classes + label]!) / spread.deviations[label]!;
      if (fit < nearest) nearest = fit;
    }
    return nearest + (subspaceWeight * (spread.within.mean - inside)) / spread.within.deviation;
  });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
