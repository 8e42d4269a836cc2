import { matrixFromArray } from '../features/feature-matrix.ts';
import { measureFeatures } from '../head/feature-scaling.ts';
import { assignFolds } from '../head/folds.ts';
import type { LabelledRows } from '../head/head.ts';
import { choosePhotos } from './choose-photos.ts';
import { combineRows } from './combine-rows.ts';
import { crossFit, fitOn } from './cross-fit.ts';
import { openProducts, type Products } from './products.ts';
import { readJoinedRows } from './read-rows.ts';
import { makeRest } from './rest.ts';
import { measureSpread, standardise } from './spread.ts';
import type { Gram } from './unit-kernel.ts';
import type { UnknownFit } from './unknown-model.ts';

/** What unknown scores are fitted on. */
export interface UnknownInput {
  /** Photos as the model sees them (averaged over its views): the parts that its head learned from. */
  readonly parts: readonly LabelledRows[];
  /** The known classes, by their labels; photos of others are left out. */
  readonly known: readonly number[];
  /** Columns of each tap, in their order; absent: all are of one tap. */
  readonly taps?: readonly number[] | undefined;
  readonly seed: number;
  /** Of more photos, that many are chosen evenly from the classes. @default 2048 */
  readonly mostPhotos?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const foldsWanted = 5;
/** Of all taps together, and of the last, whose subspace tells photos of another kind the better the larger it is. */
const mostDirections = 32;
const mostOfLast = 64;
/** A direction needs a few photos to be more than one of them. */
const photosPerDirection = 4;

/**
 * Fits the scores that tell photos of none of the classes; see docs/unknown.md. The scores of the photos themselves come from
 * five-fold cross-fitting, so that they are those of known photos that the statistics have not seen.
 *
 * @returns Undefined when no photo can be held out: when no class has two different photos.
 * @throws RegraftError `CANCELLED`, or `FEATURES_INVALID` on values that are not finite or do not vary.
 */
export async function fitUnknown(input: UnknownInput): Promise<UnknownFit | undefined> {
  const { parts, known, seed, mostPhotos = 2048, signal } = input;
  const photos = choosePhotos(
    Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    parts.flatMap(({ identities }) => identities),
    known,
    mostPhotos,
    seed,
  );
  const { rows, labels, identities } = photos;
  const folds = assignFolds(labels, identities, foldsWanted, seed);
  if (folds.count === 0) return undefined;

  const matrices = parts.map(({ features }) => features);
  const columns = matrices[0]?.columns ?? 0;
  const taps = input.taps ?? [columns];
  const values = await readJoinedRows(matrices, rows);
  const { mean } = await measureFeatures(matrixFromArray(values, rows.length, columns), taps, signal);
  subtract(values, mean);

  const rest = makeRest(signal);
  await using products = await openProducts(signal);
  const grams = await gramsOf(products, values, columns, taps);
  const held = Array.from({ length: folds.count }, (_, fold) =>
    [...labels.keys()].filter((row) => folds.ofRow[row] === fold),
  );
  const fewest = rows.length - Math.max(...held.map(({ length }) => length));
  const directions = [
    countDirections(mostDirections, columns, fewest),
    countDirections(mostOfLast, taps.at(-1) ?? columns, fewest),
  ] as const;
  const setting = { grams, labels, classes: known.length, directions, products, rest };

  const unseen = await crossFit(setting, held);
  const spread = measureSpread(unseen.scores, unseen.labels, known.length);
  const fit = await fitOn(setting, [...labels.keys()]);
  makeUnitLength(values, columns, taps);
  return {
    model: await combineRows({ values, taps, mean, fit, spread, products }),
    scores: standardise(unseen.scores, spread),
    photos: rows.length,
  };
}

/** All directions of a small tap would leave no distance from them. */
function countDirections(most: number, columns: number, photos: number): number {
  return Math.max(1, Math.min(most, Math.floor(photos / photosPerDirection), Math.floor(columns / 2)));
}

function subtract(values: Float32Array, mean: Float64Array): void {
  for (let index = 0; index < values.length; index++) values[index]! -= mean[index % mean.length]!;
}

/** Inner products of all rows, tap by tap. */
async function gramsOf(
  products: Products,
  values: Float32Array,
  columns: number,
  taps: readonly number[],
): Promise<Gram[]> {
  const rows = values.length / columns;
  const grams: Gram[] = [];
  let first = 0;
  for (const size of taps) {
    const own = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const start = row * columns + first;
      own.set(values.subarray(start, start + size), row * size);
    }
    grams.push({ values: await products.gram(own, rows), rows });
    first += size;
  }
  return grams;
}

/** Makes the columns of each tap of each row unit length. */
function makeUnitLength(values: Float32Array, columns: number, taps: readonly number[]): void {
  for (let row = 0; row < values.length; row += columns) {
    let first = row;
    for (const size of taps) {
      const own = values.subarray(first, first + size);
      let square = 0;
      for (let index = 0; index < size; index++) square += own[index]! ** 2;
      const factor = 1 / Math.max(1e-12, Math.sqrt(square));
      for (let index = 0; index < size; index++) own[index]! *= factor;
      first += size;
    }
  }
}
