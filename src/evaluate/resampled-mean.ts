import { studentPoint95, studentTails } from './student-t.ts';

/** The mean of one figure over several random splits, with how sure it is. */
export interface ResampledMean {
  readonly mean: number;
  /** Of the values around their mean, with n − 1 in the denominator; null with one value. */
  readonly standardDeviation: number | null;
  /** 95 % interval of the mean; null where the values do not vary, as their spread then tells nothing. */
  readonly interval95: readonly [number, number] | null;
  /** Probability of a mean at least as far from 0 if it truly were 0; null where that cannot be judged. */
  readonly pValue: number | null;
}

/**
 * Averages a figure that was measured once on each of several random splits of the same photos.
 *
 * The splits share photos, so their figures are not independent and the usual standard error is far too small. The variance of the mean
 * is therefore s² · (1/J + test/training) for J splits, and t has J − 1 degrees of freedom (the corrected resampled t-test of Nadeau and
 * Bengio 2003, Machine Learning 52:239).
 *
 * @param values one a split, at least one
 * @param testShare photos tested for each photo that was learned from
 */
export function resampledMean(values: readonly number[], testShare: number): ResampledMean {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, standardDeviation: null, interval95: null, pValue: null };
  // Not by the deviations, which rounding would keep from being 0.
  if (values.every((value) => value === values[0])) {
    return { mean, standardDeviation: 0, interval95: null, pValue: mean === 0 ? 1 : null };
  }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const error = Math.sqrt(variance * (1 / count + testShare));
  const half = studentPoint95(count - 1) * error;
  return {
    mean,
    standardDeviation: Math.sqrt(variance),
    interval95: [mean - half, mean + half],
    pValue: studentTails(mean / error, count - 1),
  };
}
