import { measureRejection } from '../evaluate/rejection.ts';
import { fewestScores, rejectionThreshold } from '../evaluate/rejection-threshold.ts';
import { indexOfLargest } from '../evaluate/softmax.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { OnProgress } from '../shared/progress.ts';
import { fitUnknown } from '../unknown/fit-unknown.ts';
import { scoreUnknown } from '../unknown/score-unknown.ts';
import { unknownMethod, type UnknownScore } from '../unknown/unknown-model.ts';
import type { Evaluation } from './evaluate-scores.ts';
import type { FeaturesOfParts, PartFeatures } from './features-of-parts.ts';
import { type LeftOut, measureLeftOut } from './measure-left-out.ts';
import { countScores } from './score-histogram.ts';

/** What becomes of unknown scores in a training. */
export interface UnknownSettings {
  readonly unknown: boolean;
  readonly falseRejectionPercent: number;
  /** Undefined: where it takes seconds. */
  readonly measureUnknown?: boolean | undefined;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What tells photos of none of the classes, and how well it does. */
export interface UnknownEvaluation {
  /** Undefined when it was not asked for, or there are too few photos. */
  readonly score: UnknownScore | undefined;
  readonly record: RunRecord['unknown'];
  readonly notices: readonly string[];
}

const nothing: UnknownEvaluation = { score: undefined, record: null, notices: [] };

/** Most classes and photos for which leaving each class out takes a few seconds. */
const mostClasses = 10;
const quickPhotos = 300;
/** Of more photos that many are drawn for it. */
const mostPhotos = 1024;
/** Of two classes that leaves one, of which there is nothing to learn but where it lies. */
const fewestClasses = 3;

/** Fits unknown scores on the photos that the head learned from, sets their threshold, and measures both on the test photos. */
export async function evaluateUnknown(
  settings: UnknownSettings,
  parts: Omit<FeaturesOfParts, keyof AsyncDisposable>,
  classes: readonly string[],
  { probabilities }: Pick<Evaluation, 'probabilities'>,
): Promise<UnknownEvaluation> {
  const { seed, signal } = settings;
  // Of several labels a photo may show none, which is no stranger.
  if (!settings.unknown || parts.training.targets !== undefined) return nothing;
  const falseRejection = settings.falseRejectionPercent / 100;
  const learned = [parts.training, parts.validation];
  const fit = await fitUnknown({
    parts: learned,
    known: [...classes.keys()],
    taps: parts.taps,
    seed,
    signal,
  });
  const threshold = fit === undefined ? null : rejectionThreshold(fit.scores, falseRejection);
  if (fit === undefined || threshold === null) {
    return { ...nothing, notices: [tooFew(fit?.scores.length ?? 0, settings.falseRejectionPercent)] };
  }

  const scores = await scoreUnknown(parts.test.features, fit.model, signal);
  const leftOut = await leaveOut(settings, parts, classes, falseRejection);
  return {
    score: { model: fit.model, threshold, falseRejection },
    record: {
      method: unknownMethod,
      threshold,
      falseRejection,
      photos: fit.photos,
      test: rejectionOf(scores, threshold, parts.test, probabilities),
      leftOut: leftOut === undefined ? null : { auroc: leftOut.auroc, classes: [...leftOut.classes] },
      histogram: countScores(
        scores.map((score) => score - threshold),
        leftOut?.distances,
      ),
    },
    notices: [],
  };
}

async function leaveOut(
  settings: UnknownSettings,
  parts: Omit<FeaturesOfParts, keyof AsyncDisposable>,
  classes: readonly string[],
  falseRejection: number,
): Promise<LeftOut | undefined> {
  const { measureUnknown, seed, onProgress, signal } = settings;
  const photos = parts.training.labels.length + parts.validation.labels.length;
  const isQuick = classes.length <= mostClasses && photos <= quickPhotos;
  if (classes.length < fewestClasses || !(measureUnknown ?? isQuick)) return undefined;
  return measureLeftOut({
    parts,
    classes,
    falseRejection,
    mostClasses,
    mostPhotos,
    seed,
    onProgress,
    signal,
  });
}

function rejectionOf(
  scores: Float64Array,
  threshold: number,
  { labels }: Pick<PartFeatures, 'labels'>,
  probabilities: Evaluation['probabilities'],
): NonNullable<RunRecord['unknown']>['test'] {
  const classes = probabilities.length / labels.length;
  const { interval95, ...rejection } = measureRejection(
    Array.from(scores, (score) => score > threshold),
    Array.from(labels, (label, row) => indexOfLargest(probabilities, row * classes, classes) === label),
  );
  return { ...rejection, interval95: [...interval95] };
}

function tooFew(count: number, percent: number): string {
  return (
    `The model does not tell unknown photos: a false rejection of ${percent} % takes ${fewestScores(percent / 100)} photos ` +
    `that can be held out in turn, and there are ${count}.`
  );
}
