import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import type { Dataset, Part } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { scanDataset } from '../dataset/scan.ts';
import { readSplitCsv } from '../dataset/split-csv.ts';
import { RegraftError } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { type RunRecord, runRecordSchema } from '../model/run-record.ts';
import { readRecord } from '../runs/read-record.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { ExportPhoto } from './export-format.ts';

/** The photos of an export. */
export interface ExportPhotos {
  /** In the order of their hashes. */
  readonly training: readonly ExportPhoto[];
  readonly test: readonly ExportPhoto[];
  /** Whether they are those of the training, or others that were given for a model that has none. */
  readonly source: 'training run' | 'given photos';
}

interface FindOptions {
  readonly photos: string | undefined;
  readonly home: string;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds the photos that a model was trained on and tested on, by their contents, as the `run.json` and `split.csv` beside it tell: where the
 * training read them, or below `photos`. A model without those files, of another program or moved, takes labelled photos: half of them stand for the training photos.
 *
 * @param path - Of the model file.
 * @throws RegraftError `DATASET_NOT_FOUND`, `INVALID_OPTION`, `INVALID_SPLIT`, `RUN_INVALID` and what scanning throws.
 */
export async function findExportPhotos(
  path: string,
  metadata: ModelMetadata,
  options: FindOptions,
): Promise<ExportPhotos> {
  const folder = dirname(path);
  const splitFile = join(folder, 'split.csv');
  if (!(await isThere(splitFile)) || !(await isThere(join(folder, 'run.json')))) {
    return photosOfOthers(path, metadata, options);
  }
  const record = await readRecord(join(folder, 'run.json'), runRecordSchema, 'the record of a training');
  const parts = new Map(
    (await readSplitCsv(splitFile)).flatMap(({ sha256, part }) =>
      sha256 === undefined ? [] : [[sha256, part] as const],
    ),
  );
  const source = options.photos ?? (await placeOf(record, path));
  const dataset = await scan(source, record, metadata, options);
  const photos = photosOf(dataset, metadata);
  const pick = (part: Part): ExportPhoto[] => photos.filter(({ sha256 }) => parts.get(sha256) === part);
  const test = pick('test');
  const wanted = [...parts.values()].filter((part) => part === 'test').length;
  if (test.length === 0) {
    throw new RegraftError(
      'DATASET_NOT_FOUND',
      `Expected the ${wanted} test photos of ${path} in ${source} but found none of them.`,
      {
        hint: 'They are known by their content: give the folder or CSV that the model was trained on with --photos.',
      },
    );
  }
  if (test.length < wanted) {
    const text = `${wanted - test.length} of the ${wanted} test photos are not in ${source} any more: the export is tested on the others.`;
    options.onProgress?.({ type: 'notice', stage: 'scan', text });
  }
  return { training: pick('training'), test, source: 'training run' };
}

/** Where the training read its photos. */
async function placeOf({ options: { source } }: RunRecord, path: string): Promise<string> {
  if (await isThere(source)) return source;
  throw new RegraftError(
    'DATASET_NOT_FOUND',
    `Expected the photos of ${path} in ${resolve(source)}, where it was trained, but it does not exist.`,
    {
      hint: 'An export is tested on them. Say where they are now: --photos <folder or CSV>.',
    },
  );
}

async function photosOfOthers(
  path: string,
  metadata: ModelMetadata,
  options: FindOptions,
): Promise<ExportPhotos> {
  if (options.photos === undefined) {
    throw new RegraftError(
      'DATASET_NOT_FOUND',
      `Expected run.json and split.csv beside ${path}, which tell its test photos, but they are not both there.`,
      {
        hint: 'An export is tested on photos: give labelled ones with --photos <folder or CSV>.',
      },
    );
  }
  const photos = photosOf(await scan(options.photos, undefined, metadata, options), metadata);
  if (photos.length < 2) {
    throw new RegraftError(
      'DATASET_NOT_FOUND',
      `Expected photos of the model's classes in ${options.photos} but found ${photos.length}.`,
      {
        hint: `Name the folders, or the labels of the CSV, as the model's classes: ${metadata.labels.slice(0, 8).join(', ')}.`,
      },
    );
  }
  // Hashes are as good as drawn lots, and the same photos are divided the same way everywhere.
  const half = Math.floor(photos.length / 2);
  return { training: photos.slice(0, half), test: photos.slice(half), source: 'given photos' };
}

async function scan(
  source: string,
  record: RunRecord | undefined,
  { task }: ModelMetadata,
  { home, onProgress, signal }: FindOptions,
): Promise<Dataset> {
  // A CSV lists its classes, so that only folders can be nested.
  const nested = record?.options.nested === true && (await stat(source)).isDirectory();
  const dataset = await scanDataset(source, { home, nested, minClasses: 1, onProgress, signal });
  if (dataset.task === task) return dataset;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected ${task === 'multi-label' ? 'several labels' : 'one label'} a photo, as the model gives, but found another kind in ${source}.`,
    {
      hint:
        task === 'multi-label'
          ? 'Give a CSV with the columns path and labels.'
          : 'Give a folder of class folders, or a CSV with the columns path and label.',
    },
  );
}

/** Photos with the model's labels, in the order of their hashes; those of other classes are left out. */
function photosOf({ photos, classes }: Dataset, { labels }: ModelMetadata): ExportPhoto[] {
  return photos
    .map((photo) => ({
      path: photo.path,
      file: photo.file,
      sha256: photo.sha256,
      labels: labelsOf(photo).map((label) => labels.indexOf(classes[label] ?? '')),
    }))
    .filter((photo) => photo.labels.every((label) => label >= 0))
    .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return false;
      throw error;
    },
  );
}
