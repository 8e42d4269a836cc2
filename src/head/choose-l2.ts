import type { L2Trial } from './head.ts';
import { fitLogistic, splitPoint } from './fit-logistic.ts';
import { followL2 } from './l2-path.ts';
import type { LogitsFit } from './measure-logits.ts';
import type { RowLoss } from './row-loss.ts';

/** A set of rows to fit on, and rows to judge the fit by. */
export interface HoldOut {
  /** `[rows]`, 0 for the rows that are held out. */
  readonly rowWeights: Float32Array;
  /** Held-out rows, ascending. */
  readonly rows: readonly number[];
}

/** What {@link chooseL2} needs. */
export interface L2Search {
  readonly loss: RowLoss;
  readonly classes: number;
  /** Measures the logits of held-out rows. */
  readonly measure: (logits: Float32Array, rows: readonly number[]) => LogitsFit;
  readonly holdOuts: readonly HoldOut[];
  /** Values to try, from strong to weak. */
  readonly grid: readonly number[];
  /** Values in `[classes × columns + classes]` zeros from which the first fits start. */
  readonly points: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly onFit: () => void;
}

/** The value of L2 that was best on the held-out rows, with its fits. */
export interface L2Choice {
  readonly l2: number;
  /** In the order of the grid, up to where the search stopped. */
  readonly trials: readonly L2Trial[];
  /** The chosen fits, one for each hold-out. */
  readonly fits: readonly Float64Array[];
  /** Logits of each hold-out's rows by its fit. */
  readonly logits: readonly Float32Array[];
  readonly accuracy: number;
}

/** Follows the path of L2 by fits that start each where the last ended, judged on the held-out rows. */
export async function chooseL2(search: L2Search): Promise<L2Choice> {
  const { loss, classes, measure, holdOuts, onFit } = search;
  const heldOut = holdOuts.flatMap(({ rows }) => rows);
  let fits = holdOuts.map(() => new Float64Array(search.points));
  const { l2, best, trials } = await followL2(search.grid, async (value) => {
    const logits: Float32Array[] = [];
    const next: Float64Array<ArrayBuffer>[] = [];
    for (const [index, { rowWeights, rows }] of holdOuts.entries()) {
      const start = fits[index] ?? new Float64Array(search.points);
      const { point } = await fitLogistic(loss, classes, { ...search, rowWeights, l2: value, start });
      next.push(point.slice());
      logits.push(await loss.logits(splitPoint(point, classes), rows));
      onFit();
    }
    fits = next;
    return { ...measure(joined(logits), heldOut), fits, logits };
  });
  return { l2, trials, fits: best.fits, logits: best.logits, accuracy: best.accuracy };
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(arrays.reduce((total, array) => total + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.length;
  }
  return result;
}
