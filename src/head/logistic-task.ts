import type { HoldOut } from './choose-l2.ts';
import type { FeatureScaling } from './feature-scaling.ts';
import type { FittedHead, L2Trial, LabelledRows, OutOfFold } from './head.ts';
import type { JoinedRows } from './joined-rows.ts';
import { joinTargets, multiLabelTask } from './multi-label-task.ts';
import type { LogitsFit } from './measure-logits.ts';
import type { RowLoss } from './row-loss.ts';
import { singleLabelTask } from './single-label-task.ts';

/** What the logistic head does in one way for one label a photo and in another for several. */
export interface LogisticTask {
  /** Opens the loss to minimise. */
  readonly openLoss: (
    parts: readonly LabelledRows[],
    classes: number,
    scaling: FeatureScaling,
    signal: AbortSignal | undefined,
  ) => Promise<RowLoss>;
  /** Of each row, what folds are to hold in equal shares, `[rows]`. */
  readonly strata: Int32Array;
  /** Measures logits `[rows, classes]` of some rows; there must be one. */
  readonly measure: (logits: Float32Array, rows: readonly number[]) => LogitsFit;
  /** What the logits of the validation rows, by weights that were fitted on the training rows, come to. */
  readonly validated: (
    logits: Float32Array,
    rows: readonly number[],
  ) => Pick<FittedHead, 'validationAccuracy' | 'validationMeanAveragePrecision'>;
  /** Puts the logits of all hold-outs into the order of their rows. */
  readonly outOfFold: (holdOuts: readonly HoldOut[], logits: readonly Float32Array[]) => OutOfFold;
  /** Trials as the record keeps them. */
  readonly trials: (trials: readonly L2Trial[]) => readonly L2Trial[];
}

/** One class a row, or where the rows have targets any number: each class is then a yes or no of its own. */
export function taskOf(joined: JoinedRows, classes: number): LogisticTask {
  const targets = joinTargets(joined.parts, classes);
  return targets === undefined
    ? singleLabelTask(joined.labels, classes)
    : multiLabelTask(targets, joined.learn, classes);
}
