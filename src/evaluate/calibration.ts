import { calibrationError } from './calibration-error.ts';
import { indexOfLargest } from './softmax.ts';

/** Logits `[rows, classes]` row-major with the right class of each row. */
export interface ScoredRows {
  readonly logits: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

const lowest = Math.log(0.05);
const highest = Math.log(20);

/**
 * Fits the temperature that divides logits before the softmax (Guo et al. 2017, arXiv:1706.04599): the most probable one
 * given the rows and a standard normal prior on its logarithm, within 0.05 … 20.
 *
 * The prior counts as much as one row. It hardly moves the result of a hundred rows, and it keeps a few rows, or rows that
 * are all classified right, from driving the temperature to its limit.
 *
 * @param outOfFold scores of rows that the scoring weights have not seen; without rows the temperature is 1
 */
export function fitTemperature(outOfFold: ScoredRows, classes: number): number {
  let low = lowest;
  let high = highest;
  let logT = 0;
  // Newton's method on the derivative, halving the bracket where a step would leave it.
  for (let iteration = 0; iteration < 100; iteration++) {
    const { slope, curvature } = differentiate(outOfFold, classes, logT);
    if (slope > 0) high = logT;
    else low = logT;
    const newton = logT - slope / curvature;
    const next = curvature > 0 && newton >= low && newton <= high ? newton : (low + high) / 2;
    const step = Math.abs(next - logT);
    logT = next;
    if (step < 1e-10) break;
  }
  return Math.exp(logT);
}

/** First and second derivative, by the temperature's logarithm, of the summed negative log posterior. */
function differentiate(
  { logits, labels }: ScoredRows,
  classes: number,
  logT: number,
): { slope: number; curvature: number } {
  const inverse = Math.exp(-logT);
  let gap = 0;
  let variance = 0;
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    const top = logits[start + indexOfLargest(logits, start, classes)]!;
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let index = 0; index < classes; index++) {
      const below = logits[start + index]! - top;
      const weight = Math.exp(below * inverse);
      sum += weight;
      first += weight * below;
      second += weight * below * below;
    }
    const mean = first / sum;
    gap += mean - (logits[start + labels[row]!]! - top);
    variance += second / sum - mean * mean;
  }
  return { slope: logT - inverse * gap, curvature: 1 + inverse * gap + inverse * inverse * variance };
}

/**
 * Gives the expected calibration error of probabilities: see {@link calibrationError}.
 *
 * @param probabilities `[rows, classes]` row-major
 * @param labels right class of each row, `[rows]`
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  bins = 15,
): number {
  const predicted = Array.from(labels, (_, row) => indexOfLargest(probabilities, row * classes, classes));
  return calibrationError(
    predicted.map((label, row) => probabilities[row * classes + label]!),
    predicted.map((label, row) => label === labels[row]),
    bins,
  );
}
