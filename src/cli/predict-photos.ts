import { availableParallelism } from 'node:os';
import { type Classifier, type ClassifyOptions, loadClassifier } from '../classify.ts';
import { RegraftError } from '../errors.ts';
import { runInOrder } from '../in-order.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { failedPrediction, type Prediction } from '../prediction.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { Task } from '../shared/task.ts';
import type { CommandContext } from './context.ts';
import { drain } from './leave.ts';
import { listPhotos, type ListedPhoto, measureList } from './photo-list.ts';
import { countOf } from './terminal/units.ts';
import { printLabelCsv, printLabels } from './label-printers.ts';
import { openPredictFolders } from './predict-folders.ts';
import {
  type PredictionPrinter,
  printCsv,
  printJson,
  printJsonLines,
  printTable,
} from './prediction-printers.ts';

/** The flags of `regraft predict`. */
export interface PredictFlags {
  readonly top?: number;
  readonly json?: true;
  readonly jsonl?: true;
  readonly csv?: true;
  readonly copyTo?: string;
  readonly explain?: string;
  readonly maxPixels?: number;
  readonly workers?: number;
}

/**
 * Classifies the photos of files, folders, patterns and lists, prints what the flags ask for, and copies and explains them if that is wanted.
 *
 * @throws RegraftError `NO_PHOTO_READ` when none could be read, after the reasons were printed; and what loading, copying and explaining throw.
 */
export async function predictPhotos(
  model: string,
  paths: readonly string[],
  flags: PredictFlags,
  context: CommandContext,
): Promise<void> {
  const { signal, reporter, out, err } = context;
  await using classifier = await loadClassifier(model, { signal, workers: flags.workers });
  const folders = await openPredictFolders(flags, paths, classifier, reporter.note);
  const list = { signal, except: folders.real, input: process.stdin };
  const measure = await measureList(paths, list);
  const top = Math.min(flags.top ?? defaultTop(flags, classifier.info.task), classifier.labels.length);
  const printer = choosePrinter(flags, measure?.widest ?? 40, classifier.info, top, context);
  // Rows that appear one by one on the same terminal are progress enough.
  const isQuiet = out.live && flags.json !== true;
  const count = isQuiet ? undefined : countProgress(measure?.count, reporter.onProgress);

  const look = lookAt(classifier, flags, { top: Math.max(1, top), maxPixels: flags.maxPixels, signal });
  const window = 2 * (flags.workers ?? availableParallelism()) + 2;
  let [read, total] = [0, 0];
  for await (const { photo, prediction, png } of runInOrder(listPhotos(paths, list), look, window, signal)) {
    total += 1;
    if (prediction.error === undefined) read += 1;
    printer.add('file' in photo ? await folders.add(photo.file, prediction, png) : prediction);
    count?.();
    // Where a reader is slower than the network, what waits to be read must not pile up.
    if (out.stream.writableNeedDrain) await drain(out.stream);
  }
  reporter.stop();
  printer.end();
  for (const line of folders.describe()) err.line(line);
  if (read === 0) throw nothingRead(total, paths);
  if (read < total) err.line(`${total - read} of ${countOf(total, 'photo')} could not be read.`);
}

interface Seen {
  readonly photo: ListedPhoto;
  readonly prediction: Prediction;
  readonly png?: Uint8Array;
}

function lookAt(
  classifier: Classifier,
  { explain }: PredictFlags,
  options: ClassifyOptions,
): (photo: ListedPhoto) => Promise<Seen> {
  return async (photo) => {
    const { path } = photo;
    if ('error' in photo) {
      return { photo, prediction: { path, label: null, probability: null, top: [], error: photo.error } };
    }
    if (explain === undefined) {
      return { photo, prediction: { ...(await classifier.classifyOne(photo.file, options)), path } };
    }
    try {
      const { prediction, png } = await classifier.explain(photo.file, options);
      return { photo, prediction: { ...prediction, path }, png };
    } catch (error) {
      if (!(error instanceof RegraftError) || !isOfPhoto(error)) throw error;
      return { photo, prediction: failedPrediction(path, error) };
    }
  };
}

function isOfPhoto({ code }: RegraftError): boolean {
  return code.startsWith('PHOTO_') || code === 'NOT_AN_IMAGE' || code === 'FORMAT_UNSUPPORTED';
}

function defaultTop({ json, jsonl, csv }: PredictFlags, task: Task): number {
  if (json === true || jsonl === true) return 5;
  // Labels say it all, but for a photo that has none.
  if (task === 'multi-label') return csv === true ? 0 : 1;
  return csv === true ? 1 : 2;
}

function choosePrinter(
  { json, jsonl, csv }: PredictFlags,
  widest: number,
  { task, labels, unknown }: Pick<ModelMetadata, 'task' | 'labels' | 'unknown'>,
  top: number,
  context: CommandContext,
): PredictionPrinter {
  if (json === true) return printJson(context);
  if (jsonl === true) return printJsonLines(context.out);
  if (task === 'multi-label') {
    return csv === true ? printLabelCsv(context.out, labels, top) : printLabels(context.out, widest);
  }
  return csv === true
    ? printCsv(context.out, top, unknown !== null)
    : printTable(context.out, widest, labels);
}

function countProgress(total: number | undefined, onProgress: OnProgress): () => void {
  const startedAt = performance.now();
  let done = 0;
  return () => {
    done += 1;
    const rate = (done / (performance.now() - startedAt)) * 1000;
    const left = total === undefined ? {} : { total, etaMs: (Math.max(0, total - done) / rate) * 1000 };
    onProgress({ type: 'progress', stage: 'evaluate', done, unit: 'photos', rate, ...left });
  };
}

function nothingRead(count: number, paths: readonly string[]): RegraftError {
  return count === 0
    ? new RegraftError('NO_PHOTO_READ', `No photo was found in ${paths.join(', ')}.`)
    : new RegraftError(
        'NO_PHOTO_READ',
        count === 1 ? 'The photo could not be read.' : `None of the ${count} photos could be read.`,
        {
          hint: count === 1 ? 'The reason stands above.' : 'The reason stands beside each photo.',
        },
      );
}
