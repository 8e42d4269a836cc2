import type { RawScores } from './fit-scores.ts';

/** Mean and standard deviation of a score for known photos. */
export interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/** How known photos score: what others are compared with. */
export interface Spread {
  /** Of the score of each class for its own photos, `[classes]`. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  readonly similarity: Normal;
  readonly within: Normal;
}

/** How much the similarity to the most similar photo counts, of what the distance from the classes does. */
export const similarityWeight = 0.2;

/** The same of the distance from the subspace, and how many deviations of it count for nothing. */
export const withinWeight = 1;
export const withinTolerance = 1.5;

/** Each class's statistics count as if that many photos scored as the average of all classes does. */
const priorPhotos = 5;
/** Where all photos score alike, rounding must not look like a difference. */
const leastDeviation = 0.01;

/** Measures the spread of photos by scores of fits that had not seen them. */
export function measureSpread(scores: RawScores, labels: Int32Array, classes: number): Spread {
  const own = Float64Array.from(labels, (label, row) => scores.classScores[row * classes + label] ?? 0);
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
  return {
    means,
    deviations: squares.map((square) => Math.max(leastDeviation, Math.sqrt(square))),
    similarity: measureNormal(scores.similarity),
    within: measureNormal(scores.within),
  };
}

/** Turns raw scores into unknown scores `[photos]`, as the formula of {@link UnknownModel} does. */
export function standardise({ classScores, similarity, within }: RawScores, spread: Spread): Float64Array {
  const classes = spread.means.length;
  return within.map((inside, photo) => {
    let nearest = Infinity;
    for (let label = 0; label < classes; label++) {
      const fit = (spread.means[label]! - classScores[photo * classes + label]!) / spread.deviations[label]!;
      if (fit < nearest) nearest = fit;
    }
    const unlike = (spread.similarity.mean - similarity[photo]!) / spread.similarity.deviation;
    const outside = (spread.within.mean - inside) / spread.within.deviation;
    return nearest + similarityWeight * unlike + withinWeight * Math.max(0, outside - withinTolerance);
  });
}

function measureNormal(values: Float64Array): Normal {
  const average = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
  return { mean: average, deviation: Math.max(leastDeviation, deviation) };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
