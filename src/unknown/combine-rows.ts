import type { RowFit, Subspace } from './fit-scores.ts';
import { type Int8Rows, quantiseRows } from './int8-rows.ts';
import type { Products } from './products.ts';
import { similarityWeight, type Spread, withinTolerance, withinWeight } from './spread.ts';
import type { UnknownModel } from './unknown-model.ts';

/** A fit on rows with all that turns it into a model. */
export interface RowCombination {
  /** The rows less their mean with each tap made unit length, `[photos, columns]`. */
  readonly values: Float32Array;
  /** Columns of each tap. */
  readonly taps: readonly number[];
  /** Of the rows as they were, `[columns]`. */
  readonly mean: Float64Array;
  readonly fit: RowFit;
  readonly spread: Spread;
  readonly products: Products;
}

/** Writes out what a fit says as combinations of rows, and folds the standardisation into it. */
export async function combineRows(combination: RowCombination): Promise<UnknownModel> {
  const { values, taps, mean, fit, spread, products } = combination;
  const columns = mean.length;
  const [classes, lastColumns] = [fit.classShares.length, taps.at(-1) ?? columns];
  const combine = async (
    coefficients: readonly Float64Array[],
    own: Float32Array,
    scale: number,
  ): Promise<Int8Rows> => {
    const sums = await products.combine(coefficients, own);
    return quantiseRows(
      sums.map((value) => value * scale),
      coefficients.length,
      sums.length / coefficients.length,
    );
  };
  // The kernel of all taps is the mean of theirs.
  const share = 1 / taps.length;
  const weights = fit.coefficients.map((own, label) => own.map((value) => value / spread.deviations[label]!));
  const directions = await combine(fit.all.directions, values.slice(), share);
  const similarSlope = similarityWeight / spread.similarity.deviation;
  const withinSlope = withinWeight / spread.within.deviation;
  return {
    taps,
    mean: Float32Array.from(mean),
    weights: await combine(weights, values.slice(), share),
    bias: Float32Array.from(
      { length: classes },
      (_, label) => (spread.means[label]! - fit.classShares[label]!) / spread.deviations[label]!,
    ),
    similar: {
      directions,
      photos: photosOf(fit.all, values.length / columns),
      offset: similarSlope * spread.similarity.mean,
      slope: similarSlope,
    },
    within: {
      directions:
        fit.last === fit.all
          ? directions
          : await combine(fit.last.directions, lastOf(values, columns, lastColumns), 1),
      offset: withinSlope * spread.within.mean - withinWeight * withinTolerance,
      slope: withinSlope,
    },
  };
}

function lastOf(values: Float32Array, columns: number, last: number): Float32Array {
  const own = new Float32Array((values.length / columns) * last);
  for (let end = columns, to = 0; end <= values.length; end += columns, to += last) {
    own.set(values.subarray(end - last, end), to);
  }
  return own;
}

function photosOf({ shares }: Subspace, photos: number): Int8Rows {
  const values = new Float32Array(photos * shares.length);
  for (const [direction, own] of shares.entries()) {
    for (const [photo, share] of own.entries()) values[photo * shares.length + direction] = share;
  }
  return quantiseRows(values, photos, shares.length);
}
