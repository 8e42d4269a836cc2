import { resampledMean } from '../evaluate/resampled-mean.ts';
import type { AccuracySpread, Spread } from './comparison.ts';

/** Gives mean and standard deviation of one figure over seeds. */
export function spreadOf(values: readonly number[]): Spread {
  const { mean, standardDeviation } = resampledMean(values, 0);
  return { mean, standardDeviation };
}

/**
 * Gives the spread of the accuracies of several seeds with the interval of their mean.
 *
 * @param testShare photos tested for each photo that was learned from
 * @param oneTestPart whether all seeds tested the same photos; the interval is null then, as it would leave out the chance of the photos
 */
export function spreadOfAccuracy(
  accuracies: readonly number[],
  testShare: number,
  oneTestPart: boolean,
): AccuracySpread {
  const { mean, standardDeviation, interval95 } = resampledMean(accuracies, testShare);
  if (interval95 === null || oneTestPart) return { mean, standardDeviation, interval95: null };
  return { mean, standardDeviation, interval95: [Math.max(0, interval95[0]), Math.min(1, interval95[1])] };
}
