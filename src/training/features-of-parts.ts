import type { Backbone, Tap } from '../backbone/backbone.ts';
import type { Dataset, Part, Photo } from '../dataset/dataset.ts';
import type { Split } from '../dataset/split.ts';
import { type FeatureMatrix, matrixFromArray } from '../features/feature-matrix.ts';
import { type BottleneckRows } from '../features/retrain-text.ts';
import { gatherFeatures } from '../features/gather.ts';
import type { FeatureStore } from '../features/store.ts';
import type { LabelledFeatures } from '../head/head.ts';
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

/** Reads the features of each part from the store. */
export function gatherParts(
  dataset: Dataset,
  split: Split,
  store: FeatureStore,
  taps: readonly Tap[],
  temporaryFolder: string,
): Promise<FeaturesOfParts> {
  const sizes = taps.map(({ size }) => size);
  return partsOf(dataset, split, sizes, (rows) =>
    gatherFeatures(
      store,
      rows.map((row) => dataset.photos[row]?.sha256 ?? ''),
      taps,
      temporaryFolder,
    ),
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

async function partsOf(
  dataset: Dataset,
  split: Split,
  taps: readonly number[],
  read: (rows: readonly number[]) => Promise<FeatureMatrix>,
): Promise<FeaturesOfParts> {
  const partOf = async (part: Part): Promise<PartFeatures> => {
    const rows = [...dataset.photos.keys()].filter((row) => split.parts[row] === part);
    const photos = rows.flatMap((row) => dataset.photos[row] ?? []);
    return {
      photos,
      labels: Int32Array.from(photos, ({ label }) => label),
      identities: photos.map(({ sha256 }) => sha256),
      features: await read(rows),
    };
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
      for (const { features } of Object.values(parts)) await features[Symbol.asyncDispose]();
    },
  };
}
