import type { LabelMistake } from './label-metrics.ts';

/** Probabilities of rows, with what {@link findLabelMistakes} compares and names them by. */
export interface NamedLabelPredictions {
  /** `[rows, classes]` row-major. */
  readonly probabilities: ArrayLike<number>;
  /** 1 where the row shows the class, else 0, `[rows, classes]`. */
  readonly targets: ArrayLike<number>;
  readonly classes: readonly string[];
  /** `[classes]` */
  readonly thresholds: readonly number[];
  /** Photo of each row, `[rows]`. */
  readonly paths: readonly string[];
  /**
   * The largest number of mistakes given.
   * @default 50
   */
  readonly limit?: number;
}

/**
 * Lists wrong and missing labels, the most confident first; equals stay in the order of the rows. Confidence is the way from the threshold
 * to certainty: (p − t) / (1 − t) for a wrong label, (t − p) / t for a missing one.
 */
export function findLabelMistakes(predictions: NamedLabelPredictions): LabelMistake[] {
  const { probabilities, targets, classes, thresholds, paths, limit = 50 } = predictions;
  const found: { mistake: LabelMistake; confidence: number }[] = [];
  for (const [row, path] of paths.entries()) {
    const start = row * classes.length;
    const shows = classes.filter((_, index) => targets[start + index] === 1);
    for (const [index, label] of classes.entries()) {
      const [probability, threshold] = [probabilities[start + index]!, thresholds[index] ?? 0.5];
      const shown = targets[start + index] === 1;
      if (probability >= threshold === shown) continue;
      const confidence = shown
        ? (threshold - probability) / threshold
        : (probability - threshold) / (1 - threshold);
      const kind = shown ? 'missing' : 'wrong';
      found.push({ mistake: { path, label, kind, probability, threshold, shows }, confidence });
    }
  }
  return found
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, limit)
    .map(({ mistake }) => mistake);
}
