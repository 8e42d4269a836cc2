import { dot } from '../head/vector.ts';
import { leadingDirections } from './leading-directions.ts';
import type { Products } from './products.ts';
import { solveRidge } from './solve-ridge.ts';

/** Kernels of the same rows: of all taps, and of the last alone, which are the same matrix where there is one tap. */
export interface Kernels {
  readonly all: Float64Array;
  readonly last: Float64Array;
}

/** Directions along which rows vary most, as combinations of them. */
export interface Subspace {
  /** Coefficients of each direction, `[rows]`. */
  readonly directions: readonly Float64Array[];
  /** What the rows themselves have of each direction, `[rows]`. */
  readonly shares: readonly Float64Array[];
}

/** What is fitted on rows. */
export interface RowFit {
  /** Of each class, `[rows]`: its score of a photo is the photo's inner products with the rows times these, plus its share. */
  readonly coefficients: readonly Float64Array[];
  /** The share of each class among the rows, `[classes]`. */
  readonly classShares: Float64Array;
  readonly all: Subspace;
  /** Of the last tap; the same object where there is one tap. */
  readonly last: Subspace;
}

/**
 * Strength of the penalty for each row, of rows of unit length. Chosen on left-out flower classes; a third of it changes the AUROC by
 * less than 0.005.
 */
const ridge = 1e-3;

/**
 * Fits class scores by least squares with an L2 penalty, each photo's target being 1 for its class and 0 for the others, and the
 * subspaces of the photos.
 *
 * @param labels class of each row, `[rows]`
 * @param directions how many of all taps, and of the last; where there is one tap the latter
 */
export async function fitScores(
  { all, last }: Kernels,
  labels: ArrayLike<number>,
  classes: number,
  directions: readonly [all: number, last: number],
  products: Products,
): Promise<RowFit> {
  const rows = labels.length;
  const classShares = new Float64Array(classes);
  for (let row = 0; row < rows; row++) classShares[labels[row]!]! += 1 / rows;
  const targets = Array.from(classShares, (share, label) =>
    Float64Array.from({ length: rows }, (_, row) => (labels[row] === label ? 1 : 0) - share),
  );
  const heldAll = await products.hold(all);
  const coefficients = await solveRidge(heldAll, ridge * rows, targets);
  const ofAll = await leadingDirections(heldAll, directions[last === all ? 1 : 0]);
  await heldAll.release();
  if (last === all) return { coefficients, classShares, all: ofAll, last: ofAll };
  const heldLast = await products.hold(last);
  const ofLast = await leadingDirections(heldLast, directions[1]);
  await heldLast.release();
  return { coefficients, classShares, all: ofAll, last: ofLast };
}

/** Scores of photos, before they are compared with those of known ones. */
export interface RawScores {
  /** `[photos, classes]` */
  readonly classScores: Float64Array;
  /** Inner product with the most similar photo that was fitted on, within the subspace of all taps, `[photos]`. */
  readonly similarity: Float64Array;
  /** Squared length of what each photo has within the subspace of the last tap, 0 to 1, `[photos]`. */
  readonly within: Float64Array;
}

/** Scores photos by their kernels with the rows of a fit, `[photos, rows]`. */
export function applyScores(fit: RowFit, { all, last }: Kernels): RawScores {
  const { coefficients, classShares } = fit;
  const classes = classShares.length;
  const rows = coefficients[0]?.length ?? 1;
  const photos = all.length / rows;
  const scores: RawScores = {
    classScores: new Float64Array(photos * classes),
    similarity: new Float64Array(photos),
    within: new Float64Array(photos),
  };
  for (let photo = 0; photo < photos; photo++) {
    const products = all.subarray(photo * rows, (photo + 1) * rows);
    for (const [label, own] of coefficients.entries()) {
      scores.classScores[photo * classes + label] = classShares[label]! + dot(own, products);
    }
    const shares = fit.all.directions.map((direction) => dot(direction, products));
    scores.similarity[photo] = mostSimilar(fit.all, shares);
    const lastProducts = last.subarray(photo * rows, (photo + 1) * rows);
    scores.within[photo] = fit.last.directions.reduce((sum, own) => sum + dot(own, lastProducts) ** 2, 0);
  }
  return scores;
}

function mostSimilar({ shares }: Subspace, own: readonly number[]): number {
  const products = new Float64Array(shares[0]?.length ?? 0);
  for (const [direction, share] of own.entries()) {
    const others = shares[direction]!;
    for (let row = 0; row < products.length; row++) products[row]! += share * others[row]!;
  }
  return products.reduce((most, value) => Math.max(most, value), -Infinity);
}
