import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { throwIfCancelled } from '../errors.ts';
import type { LabelledRows } from './head.ts';

/** The direction of each class among rows that were scaled, centred and brought to length 1. */
export interface ClassMeans {
  /** `[columns]`: rows are `x · factor + offset` before they are brought to length 1. */
  readonly factor: Float32Array;
  readonly offset: Float32Array;
  /** `[classes, columns]`, each of length 1; zeros for a class without rows. */
  readonly directions: Float64Array;
}

/**
 * Finds the class directions of the rows whose weight is not 0.
 *
 * Each tap is divided by the root mean square of its rows' lengths, so that all count alike; the centre is the mean of the classes' means,
 * which does not lean towards large classes.
 *
 * @param rowWeights - `[rows]` over all parts.
 */
export async function findClassMeans(
  parts: readonly LabelledRows[],
  rowWeights: Float32Array,
  classes: number,
  taps: readonly number[],
  signal?: AbortSignal,
): Promise<ClassMeans> {
  const columns = taps.reduce((sum, size) => sum + size, 0);
  const tapOf = Int32Array.from(taps.flatMap((size, tap) => Array<number>(size).fill(tap)));
  const squares = new Float64Array(taps.length);
  const sums = new Float64Array(classes * columns);
  const counts = new Float64Array(classes);
  await forEachRow(parts, rowWeights, signal, (values, start, label) => {
    counts[label]!++;
    for (let column = 0; column < columns; column++) {
      const value = values[start + column]!;
      sums[label * columns + column]! += value;
      squares[tapOf[column]!]! += value * value;
    }
  });
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const factor = Float32Array.from(tapOf, (tap) => {
    const square = squares[tap] ?? 0;
    // A tap of zeros stays zeros, whatever the factor.
    return square > 0 ? 1 / Math.sqrt((square / rows) * taps.length) : 1;
  });
  const offset = offsetOf(sums, counts, factor);

  const directions = new Float64Array(classes * columns);
  const unit = new Float64Array(columns);
  await forEachRow(parts, rowWeights, signal, (values, start, label) => {
    for (let column = 0; column < columns; column++) {
      unit[column] = values[start + column]! * factor[column]! + offset[column]!;
    }
    addUnit(directions.subarray(label * columns, (label + 1) * columns), unit);
  });
  for (let label = 0; label < classes; label++) {
    const own = directions.subarray(label * columns, (label + 1) * columns);
    own.set(addUnit(new Float64Array(columns), own));
  }
  return { factor, offset, directions };
}

function offsetOf(sums: Float64Array, counts: Float64Array, factor: Float32Array): Float32Array {
  const present = counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
  return factor.map((value, column) => {
    let centre = 0;
    for (const [label, count] of counts.entries()) {
      if (count > 0) centre += sums[label * factor.length + column]! / count / present;
    }
    return -centre * value;
  });
}

function addUnit(target: Float64Array, row: Float64Array): Float64Array {
  let square = 0;
  for (const value of row) square += value * value;
  const divisor = Math.max(Math.sqrt(square), 1e-12);
  for (let column = 0; column < row.length; column++) target[column]! += row[column]! / divisor;
  return target;
}

async function forEachRow(
  parts: readonly { readonly features: FeatureMatrix; readonly labels: Int32Array }[],
  rowWeights: Float32Array,
  signal: AbortSignal | undefined,
  visit: (values: Float32Array, start: number, label: number) => void,
): Promise<void> {
  let first = 0;
  for (const { features, labels } of parts) {
    const { rows, columns, chunkRows } = features;
    for (let row = 0; row < rows; row += chunkRows) {
      throwIfCancelled(signal);
      const weights = rowWeights.subarray(first + row, first + Math.min(rows, row + chunkRows));
      if (!weights.some((weight) => weight !== 0)) continue;
      const values = await features.chunk(row / chunkRows);
      for (const [index, weight] of weights.entries()) {
        if (weight !== 0) visit(values, index * columns, labels[row + index] ?? 0);
      }
    }
    first += rows;
  }
}
