import { indexOfLargest } from './vector.ts';

/** How well logits fit labels. */
export interface LogitsFit {
  /** Fraction of the rows whose largest logit is the label's; the first of equal logits counts. */
  readonly accuracy: number;
  /** Mean softmax cross entropy in nats. */
  readonly crossEntropy: number;
}

/** Measures logits `[rows, classes]` against labels `[rows]`; there must be a row. */
export function measureLogits(logits: Float32Array, labels: Int32Array, classes: number): LogitsFit {
  let right = 0;
  let crossEntropy = 0;
  for (const [row, label] of labels.entries()) {
    const offset = row * classes;
    const best = indexOfLargest(logits, offset, classes);
    const largest = logits[offset + best]!;
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += Math.exp(logits[offset + i]! - largest);
    crossEntropy += Math.log(sum) + largest - logits[offset + label]!;
    if (best === label) right++;
  }
  return { accuracy: right / labels.length, crossEntropy: crossEntropy / labels.length };
}
