/**
 * Turns rows of logits into probabilities, in float64 whatever the logits' type.
 *
 * @param logits `[rows, classes]` row-major
 * @param temperature divides the logits: above 1 softens, below 1 sharpens
 * @returns `[rows, classes]`, each row summing to 1
 */
export function softmaxRows(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const top = logits[start + indexOfLargest(logits, start, classes)]!;
    let sum = 0;
    for (let at = start; at < start + classes; at++) {
      // Relative to the largest, so that no exponential overflows.
      sum += probabilities[at] = Math.exp((logits[at]! - top) / temperature);
    }
    for (let at = start; at < start + classes; at++) probabilities[at]! /= sum;
  }
  return probabilities;
}

/** Gives the class of the largest of the `classes` values from `start` on, the first one among equals. */
export function indexOfLargest(values: ArrayLike<number>, start: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index++) {
    if (values[start + index]! > values[start + best]!) best = index;
  }
  return best;
}
