import type { Mistake } from './metrics.ts';
import { indexOfLargest } from './softmax.ts';

/** Probabilities of rows, with what {@link findMistakes} compares and names them by. */
export interface NamedPredictions {
  /** `[rows, classes]` row-major. */
  readonly probabilities: ArrayLike<number>;
  /** Right class of each row, `[rows]`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
  /** Photo of each row, `[rows]`. */
  readonly paths: readonly string[];
  /**
   * The largest number of mistakes given.
   * @default 50
   */
  readonly limit?: number;
}

/** Lists wrong predictions, the most confident first; equals stay in the order of the rows. */
export function findMistakes(predictions: NamedPredictions): Mistake[] {
  const { probabilities, labels, classes, paths, limit = 50 } = predictions;
  const mistakes: Mistake[] = [];
  for (const [row, path] of paths.entries()) {
    const start = row * classes.length;
    const predicted = indexOfLargest(probabilities, start, classes.length);
    const label = labels[row]!;
    if (predicted === label) continue;
    mistakes.push({
      path,
      label: classes[label]!,
      predicted: classes[predicted]!,
      probability: probabilities[start + predicted]!,
    });
  }
  return mistakes.sort((a, b) => b.probability - a.probability).slice(0, limit);
}
