import { areaUnderRoc } from '../evaluate/auroc.ts';
import { rejectionThreshold } from '../evaluate/rejection-threshold.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { OnProgress } from '../shared/progress.ts';
import { fitUnknown } from '../unknown/fit-unknown.ts';
import { readJoinedRows } from '../unknown/read-rows.ts';
import { scoreUnknown } from '../unknown/score-unknown.ts';
import type { UnknownModel } from '../unknown/unknown-model.ts';
import type { FeaturesOfParts } from './features-of-parts.ts';

/** What is measured by leaving classes out, and how. */
export interface LeaveOut {
  readonly parts: Omit<FeaturesOfParts, keyof AsyncDisposable>;
  readonly classes: readonly string[];
  /** The share of known photos that each threshold is set to reject. */
  readonly falseRejection: number;
  /** Of more classes, that many are left out in turn, evenly chosen. */
  readonly mostClasses: number;
  /** Photos at most that a fit is made on. */
  readonly mostPhotos: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One class as unknown to a fit on the others. */
export interface LeftOutClass {
  readonly label: string;
  /** Its photos that were scored. */
  readonly photos: number;
  /** Area under the ROC curve of its photos against the test photos of the other classes. */
  readonly auroc: number;
  /** The share of its photos that the threshold rejects. */
  readonly rejected: number;
}

/** How well photos of classes that were left out are told from known ones. */
export interface LeftOut {
  /** Mean over the classes. */
  readonly auroc: number;
  readonly classes: readonly LeftOutClass[];
  /** Scores of the left-out photos above the threshold of the fit without them. */
  readonly distances: Float64Array;
}

/** Photos at most that are scored of the known classes, and of the one that is left out. */
const mostScored = 1000;

/**
 * Fits unknown scores anew without each class in turn, on the features that are there, and scores photos of that class, from all parts,
 * against the test photos of the others. Undefined when no fit could be made.
 */
export async function measureLeftOut(options: LeaveOut): Promise<LeftOut | undefined> {
  const { classes, mostClasses, onProgress } = options;
  const chosen = chooseEvenly(classes.length, mostClasses);
  const measured: LeftOutClass[] = [];
  const distances: number[] = [];
  for (const [done, label] of chosen.entries()) {
    const result = await leaveOne(options, label);
    onProgress?.({ type: 'progress', stage: 'evaluate', done: done + 1, total: chosen.length, unit: 'fits' });
    if (result === undefined) continue;
    measured.push(result.measured);
    distances.push(...result.distances);
  }
  if (measured.length === 0) return undefined;
  return {
    auroc: measured.reduce((sum, { auroc }) => sum + auroc, 0) / measured.length,
    classes: measured,
    distances: Float64Array.from(distances),
  };
}

async function leaveOne(
  { parts, classes, falseRejection, mostPhotos, seed, signal }: LeaveOut,
  label: number,
): Promise<{ measured: LeftOutClass; distances: Float64Array } | undefined> {
  const { training, validation, test, taps } = parts;
  const known = [...classes.keys()].filter((other) => other !== label);
  const fit = await fitUnknown({ parts: [training, validation], known, taps, seed, mostPhotos, signal });
  const threshold = fit === undefined ? null : rejectionThreshold(fit.scores, falseRejection);
  if (fit === undefined || threshold === null) return undefined;

  const joined = [test, training, validation];
  const labels = joined.flatMap((part) => [...part.labels]);
  const unknownRows = [...labels.keys()].filter((row) => labels[row] === label).slice(0, mostScored);
  const knownRows = [...test.labels.keys()].filter((row) => test.labels[row] !== label).slice(0, mostScored);
  const score = (rows: readonly number[]): Promise<Float64Array> => scoreOf(joined, rows, fit.model, signal);
  const unknownScores = await score(unknownRows);
  const auroc = areaUnderRoc(await score(knownRows), unknownScores);
  if (auroc === null) return undefined;
  const distances = unknownScores.map((value) => value - threshold);
  const rejected = distances.filter((distance) => distance > 0).length / distances.length;
  return {
    measured: { label: classes[label] ?? '', photos: unknownRows.length, auroc, rejected },
    distances,
  };
}

async function scoreOf(
  parts: readonly FeaturesOfParts['test'][],
  rows: readonly number[],
  model: UnknownModel,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const values = await readJoinedRows(
    parts.map(({ features }) => features),
    rows,
  );
  return scoreUnknown(matrixFromArray(values, rows.length, values.length / rows.length || 1), model, signal);
}

function chooseEvenly(count: number, most: number): number[] {
  const wanted = Math.min(count, most);
  return Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted));
}
