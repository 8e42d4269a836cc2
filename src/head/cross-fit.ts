import type { HoldOut } from './choose-l2.ts';
import { fitLogistic, splitPoint } from './fit-logistic.ts';
import type { OutOfFold } from './head.ts';
import type { RowLoss } from './row-loss.ts';

// Larger fits go one after another, for the memory of their histories.
const concurrentPoints = 2 ** 18;

/** What {@link crossFit} fits with. */
export interface CrossFit {
  readonly loss: RowLoss;
  readonly classes: number;
  readonly l2: number;
  readonly points: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly onFit: () => void;
}

/** Fits once for each hold-out, on the rows that it leaves, and gives the logits of those that it holds out. */
export async function crossFit(
  { points, onFit, ...fit }: CrossFit,
  holdOuts: readonly HoldOut[],
): Promise<Float32Array[]> {
  const fitOne = async ({ rowWeights, rows }: HoldOut): Promise<Float32Array> => {
    // From zeros: weights that have seen the held-out rows keep a trace of them where the other rows do not reach.
    const { point } = await fitLogistic(fit.loss, fit.classes, {
      ...fit,
      rowWeights,
      start: new Float64Array(points),
    });
    const logits = await fit.loss.logits(splitPoint(point, fit.classes), rows);
    onFit();
    return logits;
  };
  // Side by side, so that workers compute for one fit while the main thread makes the next step of another.
  if (points <= concurrentPoints) return await Promise.all(holdOuts.map(fitOne));
  const logits: Float32Array[] = [];
  for (const holdOut of holdOuts) logits.push(await fitOne(holdOut));
  return logits;
}

/** Puts the logits of all hold-outs into the order of their rows. */
export function sortByRow(
  holdOuts: readonly HoldOut[],
  logits: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
): OutOfFold {
  const entries = holdOuts
    .flatMap(({ rows }, fold) => rows.map((row, index) => ({ row, fold, index })))
    .sort((a, b) => a.row - b.row);
  const sorted = new Float32Array(entries.length * classes);
  for (const [position, { fold, index }] of entries.entries()) {
    const own = logits[fold]?.subarray(index * classes, (index + 1) * classes);
    if (own !== undefined) sorted.set(own, position * classes);
  }
  return { logits: sorted, labels: Int32Array.from(entries, ({ row }) => labels[row] ?? 0) };
}
