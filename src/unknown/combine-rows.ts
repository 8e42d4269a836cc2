import type { FeatureScaling } from '../head/feature-scaling.ts';
import type { RowFit } from './fit-scores.ts';
import { quantiseRows } from './int8-rows.ts';
import type { Rest } from './rest.ts';
import { type Spread, subspaceWeight } from './spread.ts';
import type { UnknownModel } from './unknown-model.ts';

/** A fit on rows with all that turns it into a model. */
export interface RowCombination {
  /** The rows, centred and scaled, `[photos, columns]`. */
  readonly values: Float32Array;
  readonly columns: number;
  /** Columns of the last tap. */
  readonly lastColumns: number;
  readonly scaling: FeatureScaling;
  readonly fit: RowFit;
  readonly spread: Spread;
  readonly rest: Rest;
}

/** Writes out what a fit says as combinations of rows, and folds the standardisation into it. */
export async function combineRows(combination: RowCombination): Promise<UnknownModel> {
  const { values, columns, lastColumns, scaling, fit, spread, rest } = combination;
  const classes = fit.shares.length;
  const photos = values.length / columns;
  const weights = new Float64Array(classes * columns);
  const directions = new Float64Array(fit.directions.length * lastColumns);
  for (let photo = 0; photo < photos; photo++) {
    const row = values.subarray(photo * columns, (photo + 1) * columns);
    const last = row.subarray(columns - lastColumns);
    const inverse = 1 / Math.max(1e-12, lengthOf(row));
    for (let label = 0; label < classes; label++) {
      const factor = (inverse * fit.coefficients[label]![photo]!) / spread.deviations[label]!;
      addRow(weights, label * columns, row, factor);
    }
    const lastInverse = 1 / Math.max(1e-12, lengthOf(last));
    for (const [index, direction] of fit.directions.entries()) {
      addRow(directions, index * lastColumns, last, lastInverse * direction[photo]!);
    }
    await rest();
  }
  const slope = subspaceWeight / spread.within.deviation;
  return {
    mean: Float32Array.from(scaling.mean),
    inverseScale: Float32Array.from(scaling.scale, (scale) => 1 / scale),
    weights: quantiseRows(weights, classes, columns),
    bias: Float32Array.from(
      spread.means,
      (mean, label) => (mean - fit.shares[label]!) / spread.deviations[label]!,
    ),
    directions: quantiseRows(directions, fit.directions.length, lastColumns),
    offset: slope * spread.within.mean,
    slope,
  };
}

function lengthOf(row: Float32Array): number {
  let sum = 0;
  for (let column = 0; column < row.length; column++) sum += row[column]! ** 2;
  return Math.sqrt(sum);
}

function addRow(target: Float64Array, offset: number, row: Float32Array, factor: number): void {
  for (let column = 0; column < row.length; column++) target[offset + column]! += factor * row[column]!;
}
