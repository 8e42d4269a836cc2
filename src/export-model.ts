// model.onnx → another form → the test photos through both → export.json
// model/       export/         export/score-*, evaluate/

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { writeError } from './atomic-file.ts';
import { RegraftError } from './errors.ts';
import { compareScores, type ScoreComparison } from './export/compare-scores.ts';
import type { ExportContext, ExportFormat } from './export/export-format.ts';
import type { ExportRecord } from './export/export-record.ts';
import { findExportPhotos } from './export/find-photos.ts';
import { exportFormats } from './export/formats.ts';
import { checkExportFolder, saveExport } from './export/save-export.ts';
import { scoreOnnx } from './export/score-onnx.ts';
import { regraftHome } from './home.ts';
import { type LoadedModel, loadModel, modelFileName } from './model/load.ts';
import { opsetRange } from './onnx/opset/convert-opset.ts';
import { commonOptions, numberBetween, parseOptions, parsePath, text, wholeNumber } from './options.ts';
import type { OnProgress } from './shared/progress.ts';
import { startStages } from './training/stages.ts';
import { currentVersions } from './training/versions.ts';

/** Options of {@link exportModel}. */
export interface ExportOptions {
  /** The form: `onnx`, `onnx-int8`, … as `regraft export --help` lists them. */
  readonly to: string;
  /** Folder for the files and `export.json`. @default `<model's folder>-<form>`, beside it */
  readonly out?: string | undefined;
  /** Folder or CSV where the photos of the training are now; of a model without `split.csv` any labelled photos. @default where the training read them */
  readonly photos?: string | undefined;
  /** ONNX operator set of the form `onnx`, from 11 to 19. @default the model's own */
  readonly opset?: number | undefined;
  /** Percentage points of test accuracy that the export may lose; when it loses more, nothing is written. @default any */
  readonly maxAccuracyLoss?: number | undefined;
  readonly home?: string | undefined;
  readonly workers?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an export gives. */
export interface ExportedModel {
  /** The content of `export.json`. */
  readonly record: ExportRecord;
  /** Absolute path of the folder with the files and `export.json`. */
  readonly folder: string;
}

const exportOptions = z.strictObject({
  ...commonOptions,
  to: text(),
  out: text().optional(),
  photos: text().optional(),
  opset: wholeNumber(opsetRange.least, opsetRange.most).optional(),
  maxAccuracyLoss: numberBetween(0, 100).optional(),
});

/**
 * Writes a model in another form, and tests it: the test photos are scored by the model and by the exported files, through the runtime that
 * will run them. Nothing is written that could not be tested.
 *
 * @param model - The folder that `train` made, or its `model.onnx`.
 * @throws RegraftError `INVALID_OPTION`, `NOT_A_CLASSIFIER`, `DATASET_NOT_FOUND` when the photos are gone, `NO_PHOTO_READ`, `EXPORT_WORSE`, `NOT_WRITABLE`, and what loading,
 * scanning and running throw.
 */
export async function exportModel(model: string, options: ExportOptions): Promise<ExportedModel> {
  const settings = parseOptions(exportOptions, options, 'exportModel');
  const { workers, maxPixels, onProgress, signal, maxAccuracyLoss } = settings;
  const format = formatOf(settings.to, settings.opset);
  const loaded = await loadModel(parsePath(model, 'the model'));
  refuseHeadOnly(loaded);
  const folder = resolve(settings.out ?? defaultFolder(loaded.path, format.name));
  refuseFileName(folder);
  await checkExportFolder(folder);

  const stages = startStages(onProgress, signal);
  const context: ExportContext = { workers, maxPixels, onProgress, signal };
  const home = settings.home ?? regraftHome();
  const photos = await stages.time('scan', () =>
    findExportPhotos(loaded.path, loaded.metadata, { photos: settings.photos, home, onProgress, signal }),
  );
  const name = modelName(loaded.path);
  const input = { name, ...loaded, ...context, opset: settings.opset, trainingPhotos: photos.training };
  const files = await stages.run(
    'export',
    `Making ${format.name}`,
    () => format.make(input),
    (made) => (made.size === 1 ? '1 file' : `${made.size} files`),
  );
  const before = await stages.run(
    'evaluate',
    'Scoring the test photos by the model',
    () => scoreOnnx(loaded.path, photos.test, context),
    () => `${photos.test.length} photos`,
  );
  const after = await stages.run(
    'evaluate',
    'Scoring the test photos by the export',
    () =>
      inTemporaryFolder(files, (temporary) =>
        format.score(temporary, photos.test, { ...context, metadata: loaded.metadata }),
      ),
    () => format.runtime(),
  );

  const test = compareScores(photos.test, before, after, loaded.metadata);
  if (test === undefined) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${photos.test.length} test photos could be read.`);
  }
  refuseWorse(test, maxAccuracyLoss, format.name);
  const record: ExportRecord = {
    schemaVersion: 1,
    format: format.name,
    runtime: format.runtime(),
    model: { name, sha256: sha256(loaded.bytes), bytes: loaded.bytes.length },
    files: [...files].map(([path, bytes]) => ({ path, sha256: sha256(bytes), bytes: bytes.length })),
    bytes: [...files.values()].reduce((sum, { length }) => sum + length, 0),
    opset: settings.opset ?? null,
    trainingPhotos: photos.training.length,
    test: { source: photos.source, ...test },
    speed: { msBefore: before.msAPhoto, msAfter: after.msAPhoto },
    maxAccuracyLoss: maxAccuracyLoss ?? null,
    versions: currentVersions(),
    finishedAt: new Date().toISOString(),
  };
  await saveExport(folder, files, record, { onProgress, signal });
  return { record, folder };
}

function formatOf(name: string, opset: number | undefined): ExportFormat {
  const format = exportFormats.find((known) => known.name === name);
  const names = exportFormats.map((known) => known.name).join(', ');
  if (format === undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected one of ${names} as the form to export to but received ${JSON.stringify(name)}.`,
      {
        hint: 'See `regraft export --help` for what each of them is.',
      },
    );
  }
  if (opset !== undefined && !format.takesOpset) {
    const able = exportFormats.filter(({ takesOpset }) => takesOpset).map((known) => known.name);
    throw new RegraftError('INVALID_OPTION', `Expected no opset for ${name} but received ${opset}.`, {
      hint: `Leave --opset out: only ${able.join(', ')} can be had in several operator sets.`,
    });
  }
  return format;
}

function refuseHeadOnly({ path, metadata }: LoadedModel): void {
  if (metadata.preprocess !== null) return;
  throw new RegraftError(
    'NOT_A_CLASSIFIER',
    `${path} holds only a head: no photo can test an export of it.`,
    {
      hint: 'Train on the photos themselves to get a classifier: regraft train <folder of photos>.',
    },
  );
}

function modelName(path: string): string {
  const isInFolder = basename(path) === modelFileName;
  return isInFolder ? basename(dirname(resolve(path))) : basename(path).replace(/\.onnx$/i, '');
}

function defaultFolder(path: string, format: string): string {
  const folder = dirname(resolve(path));
  const place = basename(path) === modelFileName ? dirname(folder) : folder;
  return join(place, `${modelName(path)}-${format}`);
}

function refuseFileName(folder: string): void {
  if (!/\.(onnx|html?|zip)$/i.test(folder)) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a folder for out but received the name of a file, ${folder}.`,
    {
      hint: 'The files are named by the form, with export.json beside them: leave the ending out.',
    },
  );
}

function refuseWorse(test: ScoreComparison, allowed: number | undefined, format: string): void {
  const points = (test.accuracyBefore - test.accuracyAfter) * 100;
  // Of shares of whole photos, so that only rounding is to be forgiven.
  if (allowed === undefined || points <= allowed + 1e-9) return;
  throw new RegraftError(
    'EXPORT_WORSE',
    `Expected ${format} to lose at most ${allowed} points of test accuracy but it loses ${points.toFixed(2)} (${(test.accuracyBefore * 100).toFixed(2)} % to ${(test.accuracyAfter * 100).toFixed(2)} % of ${test.photos} photos).`,
    { hint: 'Nothing was written. Allow more with --max-accuracy-loss, or choose another form with --to.' },
  );
}

async function inTemporaryFolder<T>(
  files: ReadonlyMap<string, Uint8Array>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'regraft-export-'));
  try {
    for (const [name, bytes] of files) {
      const path = join(folder, name);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes);
      } catch (error) {
        throw writeError(path, error);
      }
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
