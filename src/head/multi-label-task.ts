import { meanAveragePrecision } from '../evaluate/average-precision.ts';
import { sortByRow } from './cross-fit.ts';
import type { LabelledRows } from './head.ts';
import type { LogisticTask } from './logistic-task.ts';
import { measureTargets } from './measure-targets.ts';
import { openSigmoidLoss } from './sigmoid-loss.ts';

/**
 * Any number of classes a row: binary cross entropy, summed over the classes, so that each of them is a logistic regression of its own with
 * the penalty that it would have alone. Folds hold rows of each row's rarest class in equal shares.
 *
 * @param targets `[rows, classes]`, see {@link joinTargets}
 * @param learn 1 for the rows to learn from, `[rows]`
 */
export function multiLabelTask(targets: Uint8Array, learn: Float32Array, classes: number): LogisticTask {
  const pick = (rows: readonly number[]): Uint8Array => pickRows(targets, rows, classes);
  return {
    openLoss: openSigmoidLoss,
    strata: rarestClasses(targets, learn, classes),
    measure: (logits, rows) => measureTargets(logits, pick(rows), classes),
    validated: (logits, rows) => ({
      validationAccuracy: measureTargets(logits, pick(rows), classes).accuracy,
      validationMeanAveragePrecision: meanAveragePrecision(logits, pick(rows), classes),
    }),
    outOfFold: (holdOuts, logits) => {
      // With the row for its label, this tells which row went where.
      const rowNumbers = Int32Array.from(learn.keys());
      const sorted = sortByRow(holdOuts, logits, rowNumbers, classes);
      return {
        logits: sorted.logits,
        labels: new Int32Array(sorted.labels.length).fill(-1),
        targets: pick([...sorted.labels]),
      };
    },
    // The search compares sums over the classes; the record has log losses of one yes or no.
    trials: (trials) =>
      trials.map((trial) => ({
        ...trial,
        validationLogLoss: trial.validationLogLoss === null ? null : trial.validationLogLoss / classes,
      })),
  };
}

/** Joins the targets of parts, `[rows, classes]`; undefined when they have none. */
export function joinTargets(parts: readonly LabelledRows[], classes: number): Uint8Array | undefined {
  if (parts.every(({ targets }) => targets === undefined)) return undefined;
  const rows = parts.reduce((sum, { features }) => sum + features.rows, 0);
  const joined = new Uint8Array(rows * classes);
  let offset = 0;
  for (const { targets, features } of parts) {
    if (targets?.length !== features.rows * classes) {
      throw new RangeError(
        `Expected ${features.rows} × ${classes} targets, found ${targets?.length ?? 'none'}.`,
      );
    }
    joined.set(targets, offset);
    offset += targets.length;
  }
  return joined;
}

/** The rarest of each row's classes, the first of equally rare ones; `classes` for a row of none. */
function rarestClasses(targets: Uint8Array, learn: Float32Array, classes: number): Int32Array {
  const counts = new Float64Array(classes);
  for (const [row, weight] of learn.entries()) {
    for (let label = 0; label < classes; label++) counts[label]! += weight * targets[row * classes + label]!;
  }
  return Int32Array.from(learn, (_, row) => {
    let rarest = classes;
    for (let label = 0; label < classes; label++) {
      if (targets[row * classes + label] === 0) continue;
      if (rarest === classes || counts[label]! < counts[rarest]!) rarest = label;
    }
    return rarest;
  });
}

function pickRows(targets: Uint8Array, rows: readonly number[], classes: number): Uint8Array {
  const picked = new Uint8Array(rows.length * classes);
  for (const [index, row] of rows.entries()) {
    picked.set(targets.subarray(row * classes, (row + 1) * classes), index * classes);
  }
  return picked;
}
