import { comparePaired } from '../evaluate/compare-paired.ts';
import { indexOfLargest } from '../evaluate/softmax.ts';
import type { FineTuned, FineTuneInput } from '../finetune/fine-tune.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { TunedShare } from './choose-share.ts';
import type { Classifier } from './classifier.ts';
import { type Evaluation, evaluateScores } from './evaluate-scores.ts';
import type { ResolvedTrainOptions } from './options.ts';
import type { Prepared } from './prepare.ts';

/** Says what a fine-tuning was and what it gained over the frozen head on the same test photos. */
export function describeTuning(
  { fineTune = '', fromScratch, tuningViews }: ResolvedTrainOptions,
  { cut, views, taps }: FineTuneInput,
  { course, parameters, settings }: FineTuned,
  results: {
    readonly share: TunedShare;
    readonly tested: Evaluation;
    readonly frozen: Classifier;
    readonly prepared: Prepared;
  },
): NonNullable<RunRecord['fineTuning']> {
  const { share, tested, prepared } = results;
  const { dataset, parts } = prepared;
  const frozen = evaluateScores(results.frozen.scores, dataset.classes, parts.test);
  const { divergence, ...rest } = course;
  return {
    asked: fineTune,
    cut: cut.name,
    blocks: [...cut.blocks],
    taps: taps.map(({ name }) => name),
    fromScratch,
    share: share.share,
    parameters,
    views: views.learn.length,
    baseViews: tuningViews,
    settings: { ...settings },
    ...rest,
    curve: course.curve.map((point) => ({ ...point })),
    divergence: divergence === undefined ? null : { ...divergence, loss: finiteOrNull(divergence.loss) },
    frozen: {
      accuracy: frozen.metrics.accuracy,
      logLoss: frozen.metrics.logLoss,
      validationAccuracy: results.frozen.validationAccuracy,
      meanAveragePrecision: frozen.multiLabel?.meanAveragePrecision ?? null,
      comparison: dataset.task === 'single-label' ? compare(frozen, tested, prepared) : null,
    },
  };
}

/** The tuned classifier against the frozen head, photo by photo. */
function compare(
  frozen: Evaluation,
  tuned: Evaluation,
  { dataset: { classes }, parts: { test } }: Prepared,
): { onlyFrozen: number; onlyTuned: number; pValue: number; interval95: [number, number] | null } {
  const isRight = ({ probabilities }: Evaluation): boolean[] =>
    [...test.labels].map(
      (label, row) => indexOfLargest(probabilities, row * classes.length, classes.length) === label,
    );
  const { onlyA, onlyB, pValue, interval95 } = comparePaired(isRight(frozen), isRight(tuned));
  return {
    onlyFrozen: onlyA,
    onlyTuned: onlyB,
    pValue,
    interval95: interval95 === null ? null : [interval95[0], interval95[1]],
  };
}

/** JSON knows no infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
