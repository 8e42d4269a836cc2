import { sortByRow } from './cross-fit.ts';
import type { LogisticTask } from './logistic-task.ts';
import { type LogitsFit, measureLogits } from './measure-logits.ts';
import { openSoftmaxLoss } from './softmax-loss.ts';

/** One class a row: softmax cross entropy. */
export function singleLabelTask(labels: Int32Array, classes: number): LogisticTask {
  const measure = (logits: Float32Array, rows: readonly number[]): LogitsFit =>
    measureLogits(
      logits,
      Int32Array.from(rows, (row) => labels[row] ?? 0),
      classes,
    );
  return {
    openLoss: openSoftmaxLoss,
    strata: labels,
    measure,
    validated: (logits, rows) => ({ validationAccuracy: measure(logits, rows).accuracy }),
    outOfFold: (holdOuts, logits) => sortByRow(holdOuts, logits, labels, classes),
    trials: (trials) => trials,
  };
}
