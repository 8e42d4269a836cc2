import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Backbone, Tap } from './backbone/backbone.ts';
import { loadBackbone } from './backbone/load.ts';
import { checkNetworkOptions, type NetworkOptions, networkOptions } from './backbone/network-options.ts';
import type { Dataset, Photo, SkippedPhoto } from './dataset/dataset.ts';
import { formatLabelCell } from './dataset/label-cells.ts';
import { labelsOf } from './dataset/labels-of.ts';
import { scanDataset } from './dataset/scan.ts';
import { type ExportBatch, writeArrowFile } from './features/arrow-file.ts';
import { RegraftError } from './errors.ts';
import { extractFeatures } from './features/extract.ts';
import { gatherFeatures } from './features/gather.ts';
import { writeRetrainText } from './features/retrain-text.ts';
import { retrainTextPaths } from './features/retrain-text-paths.ts';
import { openFeatureStore } from './features/store.ts';
import { regraftHome } from './home.ts';
import { checkFolder } from './model/save.ts';
import { choice, commonOptions, flag, parseOptions, parsePath, text } from './options.ts';
import type { OnProgress } from './shared/progress.ts';
import { formatPhotoFit } from './shared/format-photo-fit.ts';
import { findTaps } from './training/features-of-parts.ts';
import { startStages } from './training/stages.ts';

/** Options of {@link exportFeatures}. */
export interface ExportFeaturesOptions extends NetworkOptions {
  /** File (`arrow`) or folder (`retrain-txt`) to write. */
  readonly output: string;
  /** `arrow`: all taps in one Arrow IPC file. `retrain-txt`: the bottleneck as the classic's text files. @default 'arrow' */
  readonly format?: 'arrow' | 'retrain-txt' | undefined;
  readonly nested?: boolean | undefined;
  readonly maxPixels?: number | undefined;
  readonly home?: string | undefined;
  readonly workers?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an export wrote. */
export interface ExportedFeatures {
  readonly output: string;
  readonly rows: number;
  readonly taps: readonly { readonly name: string; readonly size: number }[];
  readonly computed: number;
  readonly cached: number;
  readonly skipped: readonly SkippedPhoto[];
}

const batchRows = 256;
const exportOptions = z.strictObject({
  ...commonOptions,
  output: text(),
  format: choice(['arrow', 'retrain-txt']).default('arrow'),
  ...networkOptions,
  nested: flag().default(false),
});

/**
 * Computes the features of a dataset's photos, as far as the store lacks them, and writes them for other tools.
 *
 * @throws RegraftError As `train` does while it scans and computes; `INVALID_OPTION` for text files of several labels a photo; `NO_PHOTO_READ` when nothing is left to write; `OUT_OF_DISK` or `NOT_WRITABLE` for the output.
 */
export async function exportFeatures(
  source: string,
  options: ExportFeaturesOptions,
): Promise<ExportedFeatures> {
  const settings = parseOptions(exportOptions, options, 'exportFeatures');
  parsePath(source, 'the folder of photos');
  checkNetworkOptions(settings);
  const { format, nested, home = regraftHome(), onProgress, signal } = settings;
  const output = resolve(settings.output);
  const stages = startStages(onProgress, signal);
  await checkOutput(output, format);
  const scan = { home, nested, onProgress, signal, minClasses: 1 } as const;
  const dataset = await stages.time('scan', () => scanDataset(source, scan));
  if (dataset.task === 'multi-label' && format === 'retrain-txt') throw severalLabels(source);
  const backbone = await stages.run(
    'backbone',
    'Loading the network',
    () => loadBackbone(settings.backbone, { ...settings, home }),
    ({ id, form, preprocess }) => `${id}, ${form}; photos ${formatPhotoFit(preprocess)}`,
  );
  const store = await openFeatureStore(home, backbone);
  const { computed, cached, failed } = await stages.run(
    'features',
    'Computing features',
    () => extractFeatures(dataset.photos, backbone, [store], settings),
    (extraction) =>
      `${extraction.computed.toLocaleString('en')} computed, ${extraction.cached.toLocaleString('en')} from the store`,
  );
  const skipped = [...dataset.skipped, ...failed];
  if (failed.length === dataset.photos.length) throw nothingRead(source, failed);
  const unreadable = new Set(failed.map(({ path }) => path));
  const photos = dataset.photos.filter(({ path }) => !unreadable.has(path));
  const taps = tapsToWrite(backbone, format, settings.taps);
  const temporary = `${home}/tmp`;

  if (format === 'retrain-txt') {
    await using features = await gatherFeatures(
      [store],
      photos.map(({ sha256 }) => sha256),
      taps,
      temporary,
    );
    const paths = retrainTextPaths(
      photos.map((photo) => ({ path: photo.path, label: labelCell(photo, dataset) })),
    );
    await writeRetrainText(output, paths, features, signal);
  } else {
    const batches = async function* (): AsyncGenerator<ExportBatch> {
      for (let start = 0; start < photos.length; start += batchRows) {
        const some = photos.slice(start, start + batchRows);
        const hashes = some.map(({ sha256 }) => sha256);
        await using features = await gatherFeatures([store], hashes, taps, temporary);
        const values = splitColumns(await features.chunk(0), taps);
        const labels = some.map((photo) => labelCell(photo, dataset));
        yield { paths: some.map(({ path }) => path), labels, photos: hashes, values };
      }
    };
    const origin = { backbone: backbone.sha256, form: backbone.form, view: backbone.variant };
    await writeArrowFile(output, taps, origin, batches());
  }
  return { output, rows: photos.length, taps, computed, cached, skipped };
}

/** The class of a photo; of a multi-label dataset all its labels in one cell. */
function labelCell(photo: Photo, { task, classes }: Dataset): string {
  const names = labelsOf(photo).map((label) => classes[label] ?? '');
  return task === 'multi-label' ? formatLabelCell(names, classes) : (names[0] ?? '');
}

function severalLabels(source: string): RegraftError {
  return new RegraftError(
    'INVALID_OPTION',
    `Expected one label a photo for retrain-txt but found several in ${source}.`,
    {
      hint: 'Its text files lie in a folder for each class: write arrow, or give a CSV with the column label.',
    },
  );
}

function nothingRead(source: string, failed: readonly SkippedPhoto[]): RegraftError {
  const [first] = failed;
  return new RegraftError(
    'NO_PHOTO_READ',
    `None of the ${failed.length} photos in ${source} could be read. The first, ${first?.path ?? ''}: ${first?.reason ?? ''}`,
    { hint: 'Nothing was written. Repair or replace the photos.' },
  );
}

/** All taps, or the chosen ones; of the text files' one the bottleneck, or the only chosen one. */
function tapsToWrite(
  backbone: Backbone,
  format: 'arrow' | 'retrain-txt',
  names: readonly string[] | undefined,
): readonly Tap[] {
  if (names === undefined) return format === 'arrow' ? backbone.taps : backbone.taps.slice(-1);
  if (format === 'arrow' || names.length === 1) return findTaps(backbone, names);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected one tap for retrain-txt but received ${names.length}: ${names.join(', ')}.`,
    { hint: 'A text file holds one vector: write several taps as arrow.' },
  );
}

/** Fails before minutes of work when the output cannot be written. */
async function checkOutput(output: string, format: 'arrow' | 'retrain-txt'): Promise<void> {
  if (format === 'retrain-txt') return checkFolder(output);
  const found = await stat(output).catch(() => undefined);
  if (found?.isDirectory() === true) {
    throw new RegraftError(
      'NOT_WRITABLE',
      `Expected a file for the features at ${output}, but a folder is there.`,
      {
        hint: 'Give a file name, such as features.arrow.',
      },
    );
  }
  await checkFolder(dirname(output));
}

/** Takes rows of joined taps apart: one matrix a tap. */
function splitColumns(rows: Float32Array, taps: readonly { readonly size: number }[]): Float32Array[] {
  const columns = taps.reduce((sum, { size }) => sum + size, 0);
  let first = 0;
  return taps.map(({ size }) => {
    const values = new Float32Array((rows.length / columns) * size);
    for (let row = 0; row * columns < rows.length; row++) {
      const start = row * columns + first;
      values.set(rows.subarray(start, start + size), row * size);
    }
    first += size;
    return values;
  });
}
