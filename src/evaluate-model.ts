import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Classifier, loadClassifier } from './classify.ts';
import type { Dataset, Photo, SkippedPhoto } from './dataset/dataset.ts';
import { scanDataset } from './dataset/scan.ts';
import { readSplitCsv } from './dataset/split-csv.ts';
import { RegraftError } from './errors.ts';
import { evaluatePredictions } from './evaluate/evaluate.ts';
import type { Mistake, TestMetrics } from './evaluate/metrics.ts';
import { findMistakes } from './evaluate/mistakes.ts';
import { measureRejection, type Rejection } from './evaluate/rejection.ts';
import { indexOfLargest } from './evaluate/softmax.ts';
import { regraftHome } from './home.ts';
import { commonOptions, flag, parseOptions, parsePath, text } from './options.ts';
import { measureUnknownPhotos, type UnknownPhotos } from './measure-unknown-photos.ts';
import type { UnknownVerdict } from './prediction.ts';
import type { OnProgress } from './shared/progress.ts';
import { startStages } from './training/stages.ts';

/** Options of {@link evaluateModel}. */
export interface EvaluateOptions {
  readonly nested?: boolean | undefined;
  /** Folder of photos of none of the classes, to measure how well the model tells them. */
  readonly unknown?: string | undefined;
  readonly maxPixels?: number | undefined;
  readonly home?: string | undefined;
  readonly workers?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a model reaches on labelled photos. `ece` and `eceUncalibrated` are equal: the model is calibrated as it is. */
export interface ModelEvaluation extends TestMetrics {
  readonly labels: readonly string[];
  /** What is rejected as unknown; null when the model has no score for that. */
  readonly unknown: (Rejection & { readonly others: UnknownPhotos | null }) | null;
  /** How many of the photos the model was trained on or chosen by, as the `split.csv` beside it tells; 0 without one. */
  readonly trainedOn: number;
  readonly mistakes: readonly Mistake[];
  /** Photos that could not be read, or whose class the model does not know. */
  readonly skipped: readonly SkippedPhoto[];
}

const evaluateOptions = z.strictObject({
  ...commonOptions,
  nested: flag().default(false),
  unknown: text().optional(),
});

/**
 * Measures a trained classifier on a folder of labelled photos.
 *
 * @throws RegraftError `NO_CLASSES` when the model knows none of the folder's classes, `NO_PHOTO_READ`, and what loading and scanning throw.
 */
export async function evaluateModel(
  model: string,
  source: string,
  options: EvaluateOptions = {},
): Promise<ModelEvaluation> {
  const settings = parseOptions(evaluateOptions, options, 'evaluateModel');
  parsePath(model, 'the model');
  parsePath(source, 'the folder of photos');
  const { home = regraftHome(), nested, maxPixels, workers, onProgress, signal } = settings;
  const stages = startStages(onProgress, signal);
  const scan = { home, nested, onProgress, signal, minClasses: 1 } as const;
  // First, so that a wrong path is told before a long scan.
  await using classifier = await loadClassifier(model, { workers, signal });
  refuseWithoutScore(classifier, settings.unknown);
  const dataset = await stages.time('scan', () => scanDataset(source, scan));
  const { labels } = classifier;
  const isKnown = dataset.classes.map((name) => labels.includes(name));
  const known = dataset.photos.filter(({ label }) => isKnown[label]);
  if (known.length === 0) {
    throw new RegraftError(
      'NO_CLASSES',
      `None of the classes in ${source} (${dataset.classes.join(', ')}) is known to the model.`,
      {
        hint: `Name the folders as the model's classes: ${labels.join(', ')}.`,
      },
    );
  }
  const trainedOn = await countTrained(classifier.path, known);
  if (trainedOn > 0) {
    const text = `The model was trained on ${trainedOn} of these ${known.length} photos, so that the figures look better than they are: give photos that it has not seen.`;
    onProgress?.({ type: 'notice', stage: 'evaluate', text });
  }
  const skipped: SkippedPhoto[] = [
    ...dataset.skipped,
    ...dataset.photos
      .filter(({ label }) => !isKnown[label])
      .map(({ path, label }) => ({
        path,
        code: 'CLASS_UNKNOWN' as const,
        reason: `The model does not know the class "${dataset.classes[label] ?? ''}".`,
      })),
  ];

  const rows = await stages.run(
    'evaluate',
    'Classifying photos',
    () => classifyLabelled(classifier, dataset, known, skipped, { maxPixels, signal, onProgress }),
    ({ length }) => `${length.toLocaleString('en')} photos classified`,
  );
  if (rows.length === 0) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${known.length} photos in ${source} could be read.`);
  }

  const unknown = await measureUnknown(classifier, rows, settings);
  const probabilities = Float64Array.from(rows.flatMap((row) => row.probabilities));
  const truth = Int32Array.from(rows, ({ label }) => label);
  // The softmax of log probabilities gives the probabilities again.
  const logits = Float32Array.from(probabilities, (value) => Math.log(Math.max(value, Number.MIN_VALUE)));
  return {
    ...evaluatePredictions({ logits, labels: truth, classes: labels, temperature: 1 }),
    labels,
    unknown,
    trainedOn,
    mistakes: findMistakes({
      probabilities,
      labels: truth,
      classes: labels,
      paths: rows.map(({ path }) => path),
    }),
    skipped,
  };
}

function refuseWithoutScore({ path, info }: Classifier, folder: string | undefined): void {
  if (folder === undefined || info.unknown !== null) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a model that tells unknown photos for unknown, but ${path} has no score for that.`,
    { hint: 'Train it again, with more photos if that was the reason, or leave unknown out.' },
  );
}

async function measureUnknown(
  classifier: Classifier,
  rows: readonly LabelledRow[],
  { unknown: folder, maxPixels, signal }: Pick<EvaluateOptions, 'unknown' | 'maxPixels' | 'signal'>,
): Promise<ModelEvaluation['unknown']> {
  if (classifier.info.unknown === null) return null;
  const rejection = measureRejection(
    rows.map(({ unknown }) => unknown?.isUnknown === true),
    rows.map(({ label, probabilities }) => indexOfLargest(probabilities, 0, probabilities.length) === label),
  );
  const scores = Float64Array.from(rows.flatMap(({ unknown }) => unknown?.score ?? []));
  return {
    ...rejection,
    others:
      folder === undefined
        ? null
        : await measureUnknownPhotos(classifier, folder, scores, { maxPixels, signal }),
  };
}

async function countTrained(model: string, photos: readonly Photo[]): Promise<number> {
  const rows = await readSplitCsv(join(dirname(model), 'split.csv')).catch(() => []);
  const trained = new Set(rows.flatMap(({ sha256, part }) => (part === 'test' ? [] : (sha256 ?? []))));
  return photos.filter(({ sha256 }) => trained.has(sha256)).length;
}

interface LabelledRow {
  readonly path: string;
  /** Index among the model's labels. */
  readonly label: number;
  readonly probabilities: readonly number[];
  readonly unknown: UnknownVerdict | undefined;
}

/** Classifies photos; what cannot be read is added to `skipped`. */
async function classifyLabelled(
  classifier: Classifier,
  { classes }: Dataset,
  photos: readonly Photo[],
  skipped: SkippedPhoto[],
  { onProgress, ...options }: Pick<EvaluateOptions, 'maxPixels' | 'signal' | 'onProgress'>,
): Promise<LabelledRow[]> {
  const { labels } = classifier;
  const rows: LabelledRow[] = [];
  const files = photos.map(({ file }) => file);
  const start = performance.now();
  let done = 0;
  for await (const { top, unknown, error } of classifier.classify(files, {
    ...options,
    top: labels.length,
  })) {
    const photo = photos[done++];
    if (photo === undefined) break;
    if (error === undefined) {
      const scores = new Map(top.map(({ label, probability }) => [label, probability]));
      rows.push({
        path: photo.path,
        label: labels.indexOf(classes[photo.label] ?? ''),
        probabilities: labels.map((label) => scores.get(label) ?? 0),
        unknown,
      });
    } else {
      skipped.push({ path: photo.path, ...error });
    }
    const rate = done / ((performance.now() - start) / 1000);
    const etaMs = ((photos.length - done) / rate) * 1000;
    onProgress?.({
      type: 'progress',
      stage: 'evaluate',
      done,
      total: photos.length,
      unit: 'photos',
      rate,
      etaMs,
    });
  }
  return rows;
}
