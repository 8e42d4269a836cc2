/**
 * Gives the average precision of scores, `Σ (Rₙ − Rₙ₋₁) Pₙ` over the distinct scores from high to low with precision P and recall R of the
 * rows that score at least as much: the area under the precision-recall curve without interpolation, as scikit-learn's.
 *
 * @param scores `[rows]`
 * @param targets 1 for the rows to be found, `[rows]`
 * @returns null when no row is to be found
 */
export function averagePrecision(scores: ArrayLike<number>, targets: ArrayLike<number>): number | null {
  const order = Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  let positives = 0;
  for (let row = 0; row < targets.length; row++) positives += targets[row]!;
  if (positives === 0) return null;
  let hits = 0;
  let area = 0;
  for (let end = 0; end < order.length;) {
    const score = scores[order[end]!]!;
    const before = hits;
    // Equal scores stand or fall together.
    for (; end < order.length && scores[order[end]!] === score; end++) hits += targets[order[end]!]!;
    area += ((hits - before) / positives) * (hits / end);
  }
  // A sum of shares of 1 may exceed it by a rounding.
  return Math.min(1, area);
}

/**
 * Gives the mean of the classes' average precisions; classes that no row shows are left out.
 *
 * @param scores `[rows, classes]` row-major; any that grow with the probability
 * @param targets `[rows, classes]`
 * @returns null when no row shows any class
 */
export function meanAveragePrecision(
  scores: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
): number | null {
  const found = Array.from({ length: classes }, (_, label) =>
    averagePrecision(columnOf(scores, label, classes), columnOf(targets, label, classes)),
  ).filter((value) => value !== null);
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Takes one class's column out of rows, `[rows]`. */
export function columnOf(values: ArrayLike<number>, label: number, classes: number): Float64Array {
  return Float64Array.from({ length: values.length / classes }, (_, row) => values[row * classes + label]!);
}
