import { applyScores, fitScores, type Kernels, type RawScores, type RowFit } from './fit-scores.ts';
import type { Products } from './products.ts';
import type { Rest } from './rest.ts';
import { type Gram, unitKernel } from './unit-kernel.ts';

/** Photos and what all fits on parts of them share. */
export interface FitSetting {
  /** Inner products of the photos' rows, of each tap. */
  readonly grams: readonly Gram[];
  /** `[photos]` */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Directions of the subspaces: of all taps, and of the last. */
  readonly directions: readonly [all: number, last: number];
  readonly products: Products;
  readonly rest: Rest;
}

/** Scores of photos by fits that had not seen them. */
export interface UnseenScores {
  readonly scores: RawScores;
  /** `[photos]` */
  readonly labels: Int32Array;
}

/** Fits on some of the photos; their mean is that of these photos alone. */
export async function fitOn(
  { grams, labels, classes, directions, products, rest }: FitSetting,
  inside: readonly number[],
): Promise<RowFit> {
  const own = inside.map((row) => labels[row] ?? 0);
  await rest();
  return fitScores(kernelsOf(grams, inside, inside), own, classes, directions, products);
}

/** Fits once for each hold-out, on the photos that it leaves, and scores those that it holds out. */
export async function crossFit(
  setting: FitSetting,
  holdOuts: readonly (readonly number[])[],
): Promise<UnseenScores> {
  const { grams, labels, classes } = setting;
  const order = holdOuts.flat();
  const classScores = new Float64Array(order.length * classes);
  const similarity = new Float64Array(order.length);
  const within = new Float64Array(order.length);
  let done = 0;
  for (const held of holdOuts) {
    const without = new Set(held);
    const inside = [...labels.keys()].filter((row) => !without.has(row));
    const fit = await fitOn(setting, inside);
    const scores = applyScores(fit, kernelsOf(grams, held, inside));
    classScores.set(scores.classScores, done * classes);
    similarity.set(scores.similarity, done);
    within.set(scores.within, done);
    done += held.length;
  }
  return {
    scores: { classScores, similarity, within },
    labels: Int32Array.from(order, (row) => labels[row] ?? 0),
  };
}

function kernelsOf(grams: readonly Gram[], of: readonly number[], inside: readonly number[]): Kernels {
  const all = unitKernel(grams, of, inside);
  return { all, last: grams.length === 1 ? all : unitKernel(grams.slice(-1), of, inside) };
}
