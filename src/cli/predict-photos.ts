import { loadClassifier } from '../classify.ts';
import { RegraftError } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { Task } from '../shared/task.ts';
import type { CommandContext } from './context.ts';
import { classifyInOrder, listPhotos, type ListedPhoto } from './photo-list.ts';
import { countOf } from './terminal/units.ts';
import { printLabelCsv, printLabels } from './label-printers.ts';
import { printCsv, printJson, printTable, type PredictionPrinter } from './prediction-printers.ts';

/** The flags of `regraft predict`. */
export interface PredictFlags {
  readonly top?: number;
  readonly json?: true;
  readonly csv?: true;
  readonly maxPixels?: number;
  readonly workers?: number;
}

/**
 * Classifies the photos of files and folders and prints what the flags ask for.
 *
 * @throws RegraftError `NO_PHOTO_READ` when none could be read, after the reasons were printed; and what loading throws.
 */
export async function predictPhotos(
  model: string,
  paths: readonly string[],
  flags: PredictFlags,
  context: CommandContext,
): Promise<void> {
  const { signal, reporter, out } = context;
  await using classifier = await loadClassifier(model, { signal, workers: flags.workers });
  const photos = await listPhotos(paths, signal);
  const top = Math.min(flags.top ?? defaultTop(flags, classifier.info.task), classifier.labels.length);
  const printer = choosePrinter(flags, photos, classifier.info, top, context);
  // Rows that appear one by one on the same terminal are progress enough.
  const count =
    out.live && flags.json !== true ? undefined : countProgress(photos.length, reporter.onProgress);
  let read = 0;
  for await (const prediction of classifyInOrder(classifier, photos, {
    top: Math.max(1, top),
    maxPixels: flags.maxPixels,
    signal,
  })) {
    if (prediction.error === undefined) read += 1;
    printer.add(prediction);
    count?.();
  }
  reporter.stop();
  printer.end();
  if (read === 0) throw nothingRead(photos.length, paths);
  if (read < photos.length) {
    context.err.line(`${photos.length - read} of ${countOf(photos.length, 'photo')} could not be read.`);
  }
}

function defaultTop({ json, csv }: PredictFlags, task: Task): number {
  if (json === true) return 5;
  // Labels say it all, but for a photo that has none.
  if (task === 'multi-label') return csv === true ? 0 : 1;
  return csv === true ? 1 : 2;
}

function choosePrinter(
  { json, csv }: PredictFlags,
  photos: readonly ListedPhoto[],
  { task, labels, unknown }: Pick<ModelMetadata, 'task' | 'labels' | 'unknown'>,
  top: number,
  context: CommandContext,
): PredictionPrinter {
  if (json === true) return printJson(context);
  if (task === 'multi-label') {
    return csv === true ? printLabelCsv(context.out, labels, top) : printLabels(context.out, photos);
  }
  return csv === true
    ? printCsv(context.out, top, unknown !== null)
    : printTable(context.out, photos, labels);
}

function countProgress(total: number, onProgress: OnProgress): () => void {
  const startedAt = performance.now();
  let done = 0;
  return () => {
    done += 1;
    const rate = (done / (performance.now() - startedAt)) * 1000;
    const etaMs = ((total - done) / rate) * 1000;
    onProgress({ type: 'progress', stage: 'evaluate', done, total, unit: 'photos', rate, etaMs });
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
