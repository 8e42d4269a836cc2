import { columnOf } from './average-precision.ts';

/** The threshold of a class with too few photos to choose one. */
export const defaultThreshold = 0.5;

const bounds = [0.05, 0.95] as const;
// Of fewer, one photo more or less moves the best threshold from one end to the other.
const fewest = 5;

/**
 * Chooses for each class the threshold of the largest F1: a photo shows a class whose probability is at least its threshold.
 *
 * Tried are the middles between neighbouring, different probabilities, 0.05, 0.5 and 0.95, within 0.05 … 0.95. Of equally good ones the one nearest to
 * 0.5 is taken, then the larger one. A class with fewer than 5 photos that show it, or fewer than 5 that do not, gets 0.5.
 *
 * @param probabilities calibrated, of rows that the scoring weights have not seen, `[rows, classes]` row-major
 * @param targets `[rows, classes]`
 */
export function chooseThresholds(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
): number[] {
  return Array.from({ length: classes }, (_, label) =>
    chooseThreshold(columnOf(probabilities, label, classes), columnOf(targets, label, classes)),
  );
}

function chooseThreshold(probabilities: Float64Array, targets: Float64Array): number {
  const positives = targets.reduce((sum, value) => sum + value, 0);
  if (positives < fewest || targets.length - positives < fewest) return defaultThreshold;
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  const candidates = listCandidates(order.map((row) => probabilities[row]!));
  let best = { threshold: defaultThreshold, f1: -1 };
  let taken = 0;
  let hits = 0;
  for (const threshold of candidates) {
    for (; taken < order.length && probabilities[order[taken]!]! >= threshold; taken++) {
      hits += targets[order[taken]!]!;
    }
    const f1 = (2 * hits) / (taken + positives);
    if (f1 > best.f1 || (f1 === best.f1 && isNearer(threshold, best.threshold))) best = { threshold, f1 };
  }
  return best.threshold;
}

/** Thresholds to try, from high to low. */
function listCandidates(descending: readonly number[]): number[] {
  // A threshold at a probability itself would hang on its last digit.
  const distinct = [...new Set([...descending, 0])];
  const middles = distinct.slice(1).map((value, index) => (value + (distinct[index] ?? value)) / 2);
  const [low, high] = bounds;
  const within = middles.filter((value) => value > low && value < high);
  return [...new Set([...within, low, defaultThreshold, high])].sort((a, b) => b - a);
}

/** Going from high to low, only a nearer one replaces an equally good one: of two equally near the larger stays. */
function isNearer(threshold: number, other: number): boolean {
  return Math.abs(threshold - defaultThreshold) < Math.abs(other - defaultThreshold);
}
