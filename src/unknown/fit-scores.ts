import { dot } from '../head/vector.ts';
import { leadingDirections } from './leading-directions.ts';
import type { Products } from './products.ts';
import type { Rest } from './rest.ts';
import { solveRidge } from './solve-ridge.ts';

/** Kernels of the same rows, `[rows, rows]`: of all columns, and of the last tap's. */
export interface Kernels {
  readonly all: Float64Array;
  readonly last: Float64Array;
}

/** What is fitted on rows, as combinations of them. */
export interface RowFit {
  /** `[rows, classes]`: the class scores of a photo are its inner products with the rows times these, plus {@link shares}. */
  readonly coefficients: Float64Array;
  /** The share of each class among the rows, `[classes]`. */
  readonly shares: Float64Array;
  /** Coefficients of each direction, `[rows]`. */
  readonly directions: readonly Float64Array[];
}

/** What fits compute with. */
export interface Computing {
  readonly products: Products;
  readonly rest: Rest;
}

/**
 * Strength of the penalty for each row, of rows of unit length. Chosen on left-out flower classes; a third and three times of it
 * change the AUROC by less than 0.01.
 */
const ridge = 1e-3;

/**
 * Fits class scores by least squares with an L2 penalty, each photo's target being 1 for its class and 0 for the others, and the
 * subspace of the photos.
 *
 * @param labels class of each row, `[rows]`
 */
export async function fitScores(
  { all, last }: Kernels,
  labels: ArrayLike<number>,
  classes: number,
  directions: number,
  { products, rest }: Computing,
): Promise<RowFit> {
  const rows = labels.length;
  const shares = new Float64Array(classes);
  for (let row = 0; row < rows; row++) shares[labels[row]!]! += 1 / rows;
  const targets = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let label = 0; label < classes; label++) {
      targets[row * classes + label] = (labels[row] === label ? 1 : 0) - shares[label]!;
    }
  }
  const held = await products.hold(last);
  const found = await leadingDirections(held, directions);
  await held.release();
  return {
    coefficients: await solveRidge(all, ridge * rows, targets, rest),
    shares,
    // Where the last tap never changes there is no direction: one that nothing has a share of stands for them.
    directions: found.length > 0 ? found : [new Float64Array(rows)],
  };
}

/** Scores of photos, before they are compared with those of known ones. */
export interface RawScores {
  /** `[photos, classes]` */
  readonly classScores: Float64Array;
  /** Squared length of what each photo has within the subspace, 0 to 1, `[photos]`. */
  readonly within: Float64Array;
}

/** Scores photos by their kernels with the rows of a fit, `[photos, rows]`. */
export function applyScores({ coefficients, shares, directions }: RowFit, { all, last }: Kernels): RawScores {
  const classes = shares.length;
  const rows = coefficients.length / classes;
  const photos = all.length / rows;
  const classScores = new Float64Array(photos * classes);
  const within = new Float64Array(photos);
  for (let photo = 0; photo < photos; photo++) {
    for (let label = 0; label < classes; label++) classScores[photo * classes + label] = shares[label]!;
    for (let row = 0; row < rows; row++) {
      const product = all[photo * rows + row]!;
      for (let label = 0; label < classes; label++) {
        classScores[photo * classes + label]! += product * coefficients[row * classes + label]!;
      }
    }
    const products = last.subarray(photo * rows, (photo + 1) * rows);
    within[photo] = directions.reduce((sum, direction) => sum + dot(direction, products) ** 2, 0);
  }
  return { classScores, within };
}
