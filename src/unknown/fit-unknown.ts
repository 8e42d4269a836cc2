import { matrixFromArray } from '../features/feature-matrix.ts';
import { type FeatureScaling, measureFeatures } from '../head/feature-scaling.ts';
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
const mostDirections = 32;
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
  const scaling = await measureFeatures(matrixFromArray(values, rows.length, columns), taps, signal);
  centreAndScale(values, scaling);

  const lastColumns = taps.at(-1) ?? columns;
  const rest = makeRest(signal);
  await using products = await openProducts(signal);
  const all = await gramOf(products, values, columns, columns);
  const last = lastColumns === columns ? all : await gramOf(products, values, columns, lastColumns);
  const held = Array.from({ length: folds.count }, (_, fold) =>
    [...labels.keys()].filter((row) => folds.ofRow[row] === fold),
  );
  const fewest = rows.length - Math.max(...held.map(({ length }) => length));
  // All directions of a small tap would leave no distance from them.
  const most = Math.min(mostDirections, Math.floor(fewest / photosPerDirection), Math.floor(lastColumns / 2));
  const directions = Math.max(1, most);
  const setting = { grams: { all, last }, labels, classes: known.length, directions, products, rest };

  const unseen = await crossFit(setting, held);
  const spread = measureSpread(unseen.scores, unseen.labels, known.length);
  const fit = await fitOn(setting, [...labels.keys()]);
  return {
    model: await combineRows({ values, columns, lastColumns, scaling, fit, spread, rest }),
    scores: standardise(unseen.scores, spread),
    photos: rows.length,
  };
}

function centreAndScale(values: Float32Array, { mean, scale }: FeatureScaling): void {
  const columns = mean.length;
  for (let offset = 0; offset < values.length; offset += columns) {
    for (let column = 0; column < columns; column++) {
      values[offset + column] = (values[offset + column]! - mean[column]!) / scale[column]!;
    }
  }
}

/** Of the last columns of the rows. */
async function gramOf(
  products: Products,
  values: Float32Array,
  columns: number,
  last: number,
): Promise<Gram> {
  const rows = values.length / columns;
  const kept = new Float32Array(rows * last);
  for (let row = 0; row < rows; row++) {
    kept.set(values.subarray((row + 1) * columns - last, (row + 1) * columns), row * last);
  }
  return { values: await products.gram(kept, rows), rows };
}
