import type { L2Trial } from './head.ts';
import type { LogitsFit } from './measure-logits.ts';

/** Where {@link followL2} ended. */
export interface L2Path<Result> {
  readonly l2: number;
  readonly best: Result;
  /** From strong to weak: those that were tried. */
  readonly trials: readonly L2Trial[];
}

/** How {@link followL2} walks. */
export interface L2Walk {
  /** Index in the grid of the first value. @default 0 */
  readonly start?: number;
  /** So many values in a row that are no better end a walk. @default 2 */
  readonly patience?: number;
}

// Nats that another value must gain: on photos that are easy to tell apart, log loss goes on falling for ever as the penalty weakens.
const leastGain = 1e-3;

/**
 * Chooses the value of L2 with the least log loss on rows that were not learned from: walks from a first value to weaker ones while
 * they are better, and to stronger ones if none was. Log loss uses every row's probability, where accuracy on few rows is mostly chance.
 *
 * @param grid - From strong to weak; at least one.
 */
export async function followL2<Result extends LogitsFit>(
  grid: readonly number[],
  measure: (l2: number) => Promise<Result>,
  { start = 0, patience = 2 }: L2Walk = {},
): Promise<L2Path<Result>> {
  const trials: L2Trial[] = [];
  let best: { l2: number; result: Result } | undefined;
  const walk = async (values: readonly number[]): Promise<void> => {
    let worse = 0;
    for (const l2 of values) {
      const result = await measure(l2);
      const { accuracy, crossEntropy } = result;
      trials.push({ l2, validationAccuracy: accuracy, validationLogLoss: crossEntropy });
      if (best === undefined || crossEntropy < best.result.crossEntropy - leastGain) {
        best = { l2, result };
        worse = 0;
      } else if (++worse === patience) {
        return;
      }
    }
  };
  await walk(grid.slice(start));
  if (best?.l2 === grid[start]) await walk(grid.slice(0, start).reverse());
  if (best === undefined) throw new RangeError('Expected at least one value of L2 to try');
  return { l2: best.l2, best: best.result, trials: trials.sort((a, b) => b.l2 - a.l2) };
}
