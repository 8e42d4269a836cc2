import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Classifier, loadClassifier } from './classify.ts';
import type { Dataset, Photo, SkippedPhoto } from './dataset/dataset.ts';
import { scanDataset } from './dataset/scan.ts';
import { readSplitCsv } from './dataset/split-csv.ts';
import { RegraftError } from './errors.ts';
import type { MultiLabelMetrics } from './evaluate/label-metrics.ts';
import type { Mistake, TestMetrics } from './evaluate/metrics.ts';
import { measureRejection, type Rejection } from './evaluate/rejection.ts';
import { indexOfLargest } from './evaluate/softmax.ts';
import { regraftHome } from './home.ts';
import { type ClassifiedPhoto, measureClassified } from './measure-classified.ts';
import { measureUnknownPhotos, type UnknownPhotos } from './measure-unknown-photos.ts';
import { commonOptions, flag, parseOptions, parsePath, text } from './options.ts';
import type { UnknownVerdict } from './prediction.ts';
import type { OnProgress } from './shared/progress.ts';
import type { Task } from './shared/task.ts';
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
  /** Of one label a photo; those of several are in `multiLabel`. */
  readonly mistakes: readonly Mistake[];
  /** Of a multi-label model: its other figures; a photo is then right when all its labels are. */
  readonly multiLabel?: MultiLabelMetrics;
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
 * @throws RegraftError `INVALID_OPTION` when one of model and photos has several labels a photo and the other one, `NO_CLASSES` when the model knows none of the folder's classes, `NO_PHOTO_READ`, and what loading and scanning throw.
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
  refuseOtherTask(classifier, dataset, source);
  const { labels } = classifier;
  const strange = dataset.classes.filter((name) => !labels.includes(name));
  const several = dataset.task === 'multi-label';
  const isKnown = ({ label }: Photo): boolean => several || !strange.includes(dataset.classes[label] ?? '');
  const known = dataset.photos.filter(isKnown);
  if (known.length === 0 || strange.length === dataset.classes.length) {
    throw new RegraftError(
      'NO_CLASSES',
      `None of the classes in ${source} (${dataset.classes.join(', ')}) is known to the model.`,
      {
        hint: `Name the ${several ? 'labels' : 'folders'} as the model's classes: ${labels.join(', ')}.`,
      },
    );
  }
  const trainedOn = await countTrained(classifier.path, known);
  if (trainedOn > 0) {
    const text = `The model was trained on ${trainedOn} of these ${known.length} photos, so that the figures look better than they are: give photos that it has not seen.`;
    onProgress?.({ type: 'notice', stage: 'evaluate', text });
  }
  if (several && strange.length > 0) {
    const text = `The model does not know the labels ${strange.join(', ')}: they are not measured.`;
    onProgress?.({ type: 'notice', stage: 'evaluate', text });
  }
  const skipped: SkippedPhoto[] = [
    ...dataset.skipped,
    ...dataset.photos
      .filter((photo) => !isKnown(photo))
      .map(({ path, label }) => ({
        path,
        code: 'CLASS_UNKNOWN' as const,
        reason: `The model does not know the class "${dataset.classes[label] ?? ''}".`,
      })),
  ];

  const rows = await stages.run(
    'evaluate',
    'Classifying photos',
    () => classifyLabelled(classifier, known, skipped, { maxPixels, signal, onProgress }),
    ({ length }) => `${length.toLocaleString('en')} photos classified`,
  );
  if (rows.length === 0) {
    throw new RegraftError('NO_PHOTO_READ', `None of the ${known.length} photos in ${source} could be read.`);
  }

  return {
    ...measureClassified(rows, dataset.classes, classifier.info),
    labels,
    unknown: await measureUnknown(classifier, rows, dataset.classes, settings),
    trainedOn,
    skipped,
  };
}

function refuseOtherTask({ path, info }: Classifier, { task }: Dataset, source: string): void {
  if (task === info.task) return;
  const describe = (one: Task): string => (one === 'multi-label' ? 'several labels' : 'one label');
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected ${describe(info.task)} a photo, as the model ${path} gives, but found ${describe(task)} a photo in ${source}.`,
    {
      hint:
        info.task === 'multi-label'
          ? 'Give a CSV with the columns path and labels.'
          : 'Give a folder of class folders, or a CSV with the columns path and label.',
    },
  );
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
  rows: readonly JudgedPhoto[],
  classes: readonly string[],
  { unknown: folder, maxPixels, signal }: Pick<EvaluateOptions, 'unknown' | 'maxPixels' | 'signal'>,
): Promise<ModelEvaluation['unknown']> {
  if (classifier.info.unknown === null) return null;
  const rejection = measureRejection(
    rows.map(({ unknown }) => unknown?.isUnknown === true),
    rows.map(({ photo, probabilities }) => {
      const best = indexOfLargest(probabilities, 0, probabilities.length);
      return classifier.labels[best] === classes[photo.label];
    }),
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

/** A classified photo with what the model's score says of it. */
interface JudgedPhoto extends ClassifiedPhoto {
  readonly unknown: UnknownVerdict | undefined;
}

/** Classifies photos; what cannot be read is added to `skipped`. */
async function classifyLabelled(
  classifier: Classifier,
  photos: readonly Photo[],
  skipped: SkippedPhoto[],
  { onProgress, ...options }: Pick<EvaluateOptions, 'maxPixels' | 'signal' | 'onProgress'>,
): Promise<JudgedPhoto[]> {
  const { labels } = classifier;
  const rows: JudgedPhoto[] = [];
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
      const probabilities = labels.map((label) => scores.get(label) ?? 0);
      rows.push({ photo, probabilities, unknown });
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
