import { expectedCalibrationError } from './calibration.ts';
import type { ClassMetrics, TestMetrics } from './metrics.ts';
import { indexOfLargest, softmaxRows } from './softmax.ts';
import { wilsonInterval } from './wilson.ts';

/** Scores of the test rows, with what they are compared with. */
export interface Predictions {
  /** `[rows, classes]` row-major, before the temperature. */
  readonly logits: ArrayLike<number>;
  /** Right class of each row, `[rows]`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
  /** Divides the logits before the softmax. */
  readonly temperature: number;
}

/**
 * Measures predictions against the right classes.
 *
 * The predicted class is the one of the largest logit, the first among equals. Macro averages go over the classes that have
 * test photos; a precision without a denominator (a class that was never predicted) counts as 0 there, as in scikit-learn.
 *
 * @throws RangeError without rows, as then nothing can be measured
 */
export function evaluatePredictions({ logits, labels, classes, temperature }: Predictions): TestMetrics {
  const count = labels.length;
  if (count === 0) throw new RangeError('Expected at least one test row, found none.');
  if (logits.length !== count * classes.length) {
    throw new RangeError(`Expected ${count} × ${classes.length} logits, found ${logits.length}.`);
  }
  const probabilities = softmaxRows(logits, classes.length, temperature);
  const confusion = countConfusion(logits, labels, classes.length);
  const perClass = classes.map((label, index) => measureClass(label, index, confusion));
  const correct = confusion.reduce((sum, row, index) => sum + row[index]!, 0);
  return {
    count,
    accuracy: correct / count,
    interval95: wilsonInterval(correct, count),
    topK: measureTopK(logits, labels, classes.length),
    logLoss: measureLogLoss(logits, labels, classes.length, temperature),
    ece: expectedCalibrationError(probabilities, labels, classes.length),
    eceUncalibrated: expectedCalibrationError(softmaxRows(logits, classes.length), labels, classes.length),
    macro: averageClasses(perClass),
    perClass,
    confusion,
  };
}

function countConfusion(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < labels.length; row++) {
    confusion[labels[row]!]![indexOfLargest(logits, row * classes, classes)]! += 1;
  }
  return confusion;
}

function measureClass(label: string, index: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const hits = confusion[index]![index]!;
  const support = confusion[index]!.reduce((sum, value) => sum + value, 0);
  const predicted = confusion.reduce((sum, row) => sum + row[index]!, 0);
  return {
    label,
    support,
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predicted + support),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function averageClasses(perClass: readonly ClassMetrics[]): TestMetrics['macro'] {
  const present = perClass.filter(({ support }) => support > 0);
  const mean = (rate: 'precision' | 'recall' | 'f1'): number =>
    present.reduce((sum, metrics) => sum + (metrics[rate] ?? 0), 0) / present.length;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function measureTopK(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): { k: number; accuracy: number }[] {
  const found = new Array<number>(Math.min(5, classes)).fill(0);
  for (let row = 0; row < labels.length; row++) {
    const rank = rankOf(labels[row]!, logits, row * classes, classes);
    for (let k = rank; k < found.length; k++) found[k]! += 1;
  }
  return found.map((hits, index) => ({ k: index + 1, accuracy: hits / labels.length }));
}

/** The number of classes before one in order of their logits; equals count in order of their index. */
function rankOf(label: number, logits: ArrayLike<number>, start: number, classes: number): number {
  const own = logits[start + label]!;
  let rank = 0;
  for (let index = 0; index < classes; index++) {
    const other = logits[start + index]!;
    if (other > own || (other === own && index < label)) rank++;
  }
  return rank;
}

/** From the logits rather than the probabilities, of which a very small one is 0 and its logarithm infinite. */
function measureLogLoss(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  temperature: number,
): number {
  let loss = 0;
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    const top = logits[start + indexOfLargest(logits, start, classes)]!;
    let sum = 0;
    for (let at = start; at < start + classes; at++) sum += Math.exp((logits[at]! - top) / temperature);
    loss += Math.log(sum) - (logits[start + labels[row]!]! - top) / temperature;
  }
  return loss / labels.length;
}
