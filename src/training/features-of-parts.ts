import type { Backbone, Tap } from '../backbone/backbone.ts';
import type { Dataset, Part, Photo } from '../dataset/dataset.ts';
import type { Split } from '../dataset/split.ts';
import { type FeatureMatrix, matrixFromArray } from '../features/feature-matrix.ts';
import { type BottleneckRows } from '../features/retrain-text.ts';
import { gatherFeatures } from '../features/gather.ts';
import type { FeatureStore } from '../features/store.ts';
import type { LabelledFeatures, LabelledRows } from '../head/head.ts';
import { pickTaps } from '../head/pick-taps.ts';
import { RegraftError } from '../errors.ts';

/** The features of one part with their photos, row by row. */
export interface PartFeatures extends LabelledFeatures {
  readonly photos: readonly Photo[];
}

/** The three parts of a dataset as features. */
export interface FeaturesOfParts extends AsyncDisposable, Readonly<Record<Part, PartFeatures>> {
  readonly featureSize: number;
  /** Columns of each tap. */
  readonly taps: readonly number[];
}

/**
 * Finds taps by name, in the order of the names; without names all.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function findTaps(backbone: Backbone, names: readonly string[] | undefined): readonly Tap[] {
  if (names === undefined) return backbone.taps;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RegraftError('INVALID_OPTION', `Expected different taps but received ${twice} twice.`, {
      hint: 'Leave one of them out.',
    });
  }
  return names.map((name) => {
    const tap = backbone.taps.find((candidate) => candidate.name === name);
    if (tap !== undefined) return tap;
    throw new RegraftError('INVALID_OPTION', `${backbone.id} has no tap ${name}.`, {
      hint: `Its taps: ${backbone.taps.map((known) => known.name).join(', ')}.`,
    });
  });
}

/** Gives the columns of the taps that a head reads, as indices; the parts that were given own them. */
export async function partsOnTaps(
  parts: FeaturesOfParts,
  taps: readonly number[],
): Promise<Omit<FeaturesOfParts, keyof AsyncDisposable>> {
  const sizes = taps.map((tap) => parts.taps[tap] ?? 0);
  const pick = (part: PartFeatures): Promise<PartFeatures> => pickTaps(part, parts.taps, taps);
  return {
    training: await pick(parts.training),
    validation: await pick(parts.validation),
    test: await pick(parts.test),
    taps: sizes,
    featureSize: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** The stores that the features of a training are read from, one for each view. */
export interface ViewStores {
  /** Views whose mean is a photo's row. */
  readonly judge: readonly FeatureStore[];
  /** Views to learn from: a row each, or of many photos their mean. */
  readonly learn: readonly FeatureStore[];
}

/** More rows than this are not made of views: with so many photos their mean teaches as well, in a fraction of the time. */
const mostViewRows = 2500;

/** Reads the features of each part from the stores. */
export function gatherParts(
  dataset: Dataset,
  split: Split,
  { judge, learn }: ViewStores,
  taps: readonly Tap[],
  temporaryFolder: string,
): Promise<FeaturesOfParts> {
  const sizes = taps.map(({ size }) => size);
  const gather =
    (stores: readonly FeatureStore[], views: 'rows' | 'mean') =>
    (rows: readonly number[]): Promise<FeatureMatrix> => {
      const photos = rows.map((row) => dataset.photos[row]?.sha256 ?? '');
      return gatherFeatures(stores, photos, taps, temporaryFolder, { views });
    };
  const learned = split.parts.filter((part) => part !== 'test').length;
  const views = learned * learn.length > mostViewRows ? 'mean' : 'rows';
  // Where a photo is learned from as it is judged, its row is there already.
  const same = sameViews(learn, judge) && (learn.length === 1 || views === 'mean');
  return partsOf(
    dataset,
    split,
    sizes,
    gather(judge, 'mean'),
    same ? undefined : { views: views === 'mean' ? 1 : learn.length, read: gather(learn, views) },
  );
}

/** Takes the features of each part from rows that were read from text files, in the order of the dataset's photos. */
export function pickParts(
  dataset: Dataset,
  split: Split,
  { values, columns }: BottleneckRows,
): Promise<FeaturesOfParts> {
  return partsOf(dataset, split, [columns], (rows) => {
    const picked = new Float32Array(rows.length * columns);
    rows.forEach((row, index) => {
      picked.set(values.subarray(row * columns, (row + 1) * columns), index * columns);
    });
    return Promise.resolve(matrixFromArray(picked, rows.length, columns));
  });
}

function sameViews(a: readonly FeatureStore[], b: readonly FeatureStore[]): boolean {
  return a.length === b.length && a.every((store, index) => store === b[index]);
}

type ReadRows = (rows: readonly number[]) => Promise<FeatureMatrix>;

async function partsOf(
  dataset: Dataset,
  split: Split,
  taps: readonly number[],
  read: ReadRows,
  learn?: { readonly views: number; readonly read: ReadRows },
): Promise<FeaturesOfParts> {
  const partOf = async (part: Part): Promise<PartFeatures> => {
    const rows = [...dataset.photos.keys()].filter((row) => split.parts[row] === part);
    const photos = rows.flatMap((row) => dataset.photos[row] ?? []);
    const features = await read(rows);
    // The test part is judged alone.
    if (learn === undefined || part === 'test') return { photos, ...labelRows(features, photos, 1) };
    const views = labelRows(await learn.read(rows), photos, learn.views);
    return { photos, ...labelRows(features, photos, 1), learn: views };
  };
  const parts = {
    training: await partOf('training'),
    validation: await partOf('validation'),
    test: await partOf('test'),
  };
  return {
    ...parts,
    featureSize: parts.training.features.columns,
    taps,
    async [Symbol.asyncDispose]() {
      for (const { features, learn } of Object.values<PartFeatures>(parts)) {
        await features[Symbol.asyncDispose]();
        await learn?.features[Symbol.asyncDispose]();
      }
    },
  };
}

/** Says of which photo each row is: `views` rows for each, one after the other. */
function labelRows(features: FeatureMatrix, photos: readonly Photo[], views: number): LabelledRows {
  const rowsOf = <T>(value: T): T[] => Array.from({ length: views }, () => value);
  return {
    features,
    labels: Int32Array.from(photos.flatMap(({ label }) => rowsOf(label))),
    identities: photos.flatMap(({ sha256 }) => rowsOf(sha256)),
  };
}
