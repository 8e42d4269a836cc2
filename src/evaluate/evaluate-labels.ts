import { averagePrecision, columnOf } from './average-precision.ts';
import type { LabelMetrics, MultiLabelMetrics } from './label-metrics.ts';
import { findLabelMistakes } from './label-mistakes.ts';
import type { ClassMetrics, TestMetrics } from './metrics.ts';
import { sigmoidRows } from './sigmoid.ts';
import { wilsonInterval } from './wilson.ts';

/** Scores of the test rows of a multi-label data set, with what they are compared with. */
export interface LabelPredictions {
  /** Calibrated, `[rows, classes]` row-major. */
  readonly logits: ArrayLike<number>;
  /** Before the calibration; absent: the same. */
  readonly uncalibrated?: ArrayLike<number> | undefined;
  /** 1 where the row shows the class, else 0, `[rows, classes]`. */
  readonly targets: ArrayLike<number>;
  readonly classes: readonly string[];
  /** A row counts as showing a class when its probability is at least this, `[classes]`. */
  readonly thresholds: readonly number[];
  /** Photo of each row, `[rows]`. */
  readonly paths: readonly string[];
}

/** What a multi-label classifier reaches: see {@link TestMetrics}, where a photo is right when all its labels are. */
export interface LabelTestMetrics extends TestMetrics {
  readonly multiLabel: MultiLabelMetrics;
}

/**
 * Measures predictions of several labels against the right ones.
 *
 * `accuracy` is the fraction of rows with exactly the right classes. Log loss and calibration error go over every yes or no of every row;
 * `topK` and `confusion` are empty. Macro averages go over the classes that a row shows; a precision without a denominator counts as 0
 * there, as in scikit-learn.
 *
 * @throws RangeError without rows, as then nothing can be measured
 */
export function evaluateLabels(predictions: LabelPredictions): LabelTestMetrics {
  const { logits, uncalibrated = logits, targets, classes, thresholds, paths } = predictions;
  const count = paths.length;
  if (count === 0) throw new RangeError('Expected at least one test row, found none.');
  if (logits.length !== count * classes.length || targets.length !== logits.length) {
    throw new RangeError(
      `Expected ${count} × ${classes.length} logits and targets, found ${logits.length} and ${targets.length}.`,
    );
  }
  const probabilities = sigmoidRows(logits);
  const perLabel = classes.map((label, index): LabelMetrics => {
    const [own, truth] = [
      columnOf(probabilities, index, classes.length),
      columnOf(targets, index, classes.length),
    ];
    return {
      label,
      averagePrecision: averagePrecision(own, truth),
      ...compare(own, truth, thresholds[index] ?? 0.5),
    };
  });
  const perClass = perLabel.map(rateClass);
  const right = countRight(probabilities, targets, thresholds);
  const mistakes = findLabelMistakes({ probabilities, targets, classes, thresholds, paths });
  return {
    count,
    accuracy: right / count,
    interval95: wilsonInterval(right, count),
    topK: [],
    logLoss: measureLogLoss(logits, targets),
    ece: measureCalibration(probabilities, targets),
    eceUncalibrated: measureCalibration(sigmoidRows(uncalibrated), targets),
    macro: averageClasses(perClass),
    perClass,
    confusion: [],
    multiLabel: {
      meanAveragePrecision: mean(perLabel.flatMap(({ averagePrecision: area }) => area ?? [])),
      micro: rateTogether(perLabel),
      perClass: perLabel,
      mistakes,
    },
  };
}

function compare(
  probabilities: Float64Array,
  truth: Float64Array,
  threshold: number,
): Pick<LabelMetrics, 'threshold' | 'hits' | 'missed' | 'wrong'> {
  let [hits, missed, wrong] = [0, 0, 0];
  for (const [row, probability] of probabilities.entries()) {
    const named = probability >= threshold;
    if (truth[row] === 1) {
      if (named) hits++;
      else missed++;
    } else if (named) {
      wrong++;
    }
  }
  return { threshold, hits, missed, wrong };
}

function rateClass({ label, hits, missed, wrong }: LabelMetrics): ClassMetrics {
  return { label, support: hits + missed, ...rates(hits, missed, wrong) };
}

function rates(
  hits: number,
  missed: number,
  wrong: number,
): Pick<ClassMetrics, 'precision' | 'recall' | 'f1'> {
  return {
    precision: ratio(hits, hits + wrong),
    recall: ratio(hits, hits + missed),
    f1: ratio(2 * hits, 2 * hits + missed + wrong),
  };
}

function rateTogether(perLabel: readonly LabelMetrics[]): MultiLabelMetrics['micro'] {
  const total = (key: 'hits' | 'missed' | 'wrong'): number =>
    perLabel.reduce((sum, one) => sum + one[key], 0);
  return rates(total('hits'), total('missed'), total('wrong'));
}

function averageClasses(perClass: readonly ClassMetrics[]): TestMetrics['macro'] {
  const present = perClass.filter(({ support }) => support > 0);
  const average = (rate: 'precision' | 'recall' | 'f1'): number =>
    mean(present.map((one) => one[rate] ?? 0)) ?? 0;
  return { precision: average('precision'), recall: average('recall'), f1: average('f1') };
}

function countRight(
  probabilities: Float64Array,
  targets: ArrayLike<number>,
  thresholds: readonly number[],
): number {
  const classes = thresholds.length;
  let right = 0;
  for (let start = 0; start < targets.length; start += classes) {
    const isRight = thresholds.every(
      (threshold, label) => probabilities[start + label]! >= threshold === (targets[start + label] === 1),
    );
    if (isRight) right++;
  }
  return right;
}

/** From the logits, as the probability of a certain no is 0 and its logarithm infinite. */
function measureLogLoss(logits: ArrayLike<number>, targets: ArrayLike<number>): number {
  let loss = 0;
  for (let at = 0; at < targets.length; at++) {
    const logit = logits[at]!;
    loss += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - targets[at]! * logit;
  }
  return loss / targets.length;
}

/** The difference between mean probability and share of yes, averaged over equal-width bins (a bin holds its upper end) by what is in them. */
function measureCalibration(probabilities: Float64Array, targets: ArrayLike<number>, bins = 15): number {
  const excess = new Float64Array(bins);
  for (const [at, probability] of probabilities.entries()) {
    const bin = Math.min(Math.max(Math.ceil(probability * bins) - 1, 0), bins - 1);
    excess[bin]! += probability - targets[at]!;
  }
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / targets.length;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
