import { factorise, solveRowsBack } from './cholesky.ts';
import { copyRange, type Matrix } from './matrix.ts';
import type { MatrixProducts } from './matrix-products.ts';
import { centreMoments, type Moments } from './moments.ts';

/** A ridge regression of one-hot targets as a factor of its normal equations; see {@link factorRidge}. */
export interface RidgeFactor {
  /** L of `Σ w · (x − mean)(x − mean)ᵀ + l2 · Σ w · I = L · Lᵀ`, `[columns, columns]` and more rows below. */
  readonly factor: Matrix;
  /** `Σ w · (t − meanTarget)(x − mean)ᵀ · L⁻ᵀ`, `[classes, columns]`: scores of a row x are `(x − mean) · L⁻ᵀ · targetsᵀ + meanTarget`. */
  readonly targets: Matrix;
  /** `[columns]` */
  readonly mean: Float64Array;
  /** `[classes]` */
  readonly meanTarget: Float64Array;
  /** `Σ w` */
  readonly total: number;
}

/**
 * Factors the normal equations of `minimise 1/Σw · Σ w · ‖W x + b − t‖² + l2 · ‖W‖²`, in which the bias b carries no penalty.
 */
export async function factorRidge(
  moments: Moments,
  l2: number,
  products: MatrixProducts,
): Promise<RidgeFactor> {
  const { columns } = moments.products;
  const factor = centreMoments(moments);
  for (let column = 0; column < columns; column++) {
    factor.values[column * (columns + 1)]! += l2 * moments.total;
  }
  await factorise(factor, products);
  return {
    factor,
    targets: copyRange(factor, [columns, factor.rows]),
    mean: moments.sum.map((value) => value / moments.total),
    meanTarget: moments.classSums.map((value) => value / moments.total),
    total: moments.total,
  };
}

/** Gives the weights `[classes, columns]` and then the bias `[classes]` of a factored ridge regression. */
export async function solveRidge(
  { factor, targets, mean, meanTarget }: RidgeFactor,
  products: MatrixProducts,
): Promise<Float64Array> {
  const { columns } = factor;
  const weights = copyRange(targets, [0, targets.rows]);
  await solveRowsBack(factor, weights, products);
  const point = new Float64Array(weights.values.length + targets.rows);
  point.set(weights.values);
  for (const [row, target] of meanTarget.entries()) {
    let shift = 0;
    for (let column = 0; column < columns; column++) {
      shift += weights.values[row * columns + column]! * mean[column]!;
    }
    point[weights.values.length + row] = target - shift;
  }
  return point;
}
