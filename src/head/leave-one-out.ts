import { throwIfCancelled } from '../errors.ts';
import { solveRows } from './cholesky.ts';
import type { JoinedRows } from './joined-rows.ts';
import { type LeftOutPhoto, listPhotos } from './left-out-photos.ts';
import type { RidgeFactor } from './least-squares.ts';
import { type Matrix, zeroMatrix } from './matrix.ts';
import type { MatrixProducts } from './matrix-products.ts';
import { readRows } from './row-reader.ts';
import { selectRows } from './selected-rows.ts';
import type { ScaledParts } from './row-sums.ts';

/** Scores of photos by ridge regressions that each leave that one photo out. */
export interface LeaveOneOut {
  /** Labels of the scores' rows, `[judged]`; none where no photo can be left out. */
  readonly labels: Int32Array;
  /** Scores `[judged, classes]` of the rows to judge by, in their order. */
  score(factor: RidgeFactor, products: MatrixProducts): Promise<Float32Array>;
}

// Photos whose rows are solved together.
const chunkRows = 1024;

/**
 * Prepares leaving out each photo with all its views. A photo that is alone in its class stays in, and of very many photos `most`
 * are drawn.
 *
 * The scores are exact and need no further fits: with the hat matrix `H` of the regression, the photo's rows I and their errors e, leaving
 * them out makes the errors `z = (1 − H_II)⁻¹ e`, and takes `H_jI z` from the score of any row j (Cook & Weisberg 1982, Residuals and
 * Influence in Regression, section 2.2; each row times √w where rows have weights).
 */
export async function openLeaveOneOut(
  joined: JoinedRows,
  rows: ScaledParts,
  classes: number,
  options: { readonly most: number; readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<LeaveOneOut> {
  const { signal } = options;
  const photos = listPhotos(joined, options.most, options.seed);
  const needed = [...new Set(photos.flatMap(({ learn, judge }) => [...learn, ...judge]))].sort(
    (a, b) => a - b,
  );
  const features = await gatherRows(rows, needed, signal);
  const place = new Map(needed.map((row, index) => [row, index]));
  const judged = photos.flatMap(({ judge }) => judge).sort((a, b) => a - b);
  const position = new Map(judged.map((row, index) => [row, index]));
  const labels = Int32Array.from(judged, (row) => joined.labels[row] ?? 0);

  const scoreChunk = async (
    chunk: readonly LeftOutPhoto[],
    factor: RidgeFactor,
    products: MatrixProducts,
    scores: Float32Array,
  ): Promise<void> => {
    const own = [...new Set(chunk.flatMap(({ learn, judge }) => [...learn, ...judge]))];
    const local = new Map(own.map((row, index) => [row, index]));
    const solved = centredRows(
      features,
      own.map((row) => place.get(row) ?? 0),
      factor.mean,
    );
    await solveRows(factor.factor, solved, products);
    const fitted = await products.timesTransposed(solved, factor.targets);
    for (const { learn, judge } of chunk) {
      const learned = learn.map((row) => ({
        index: local.get(row) ?? 0,
        label: joined.labels[row] ?? 0,
        root: Math.sqrt(joined.learn[row] ?? 0),
      }));
      const influence = leaveOut(learned, solved, fitted, factor);
      for (const row of judge) {
        const target = scores.subarray(
          (position.get(row) ?? 0) * classes,
          ((position.get(row) ?? 0) + 1) * classes,
        );
        influence(local.get(row) ?? 0, target);
      }
    }
  };

  return {
    labels,
    async score(factor, products) {
      const scores = new Float32Array(judged.length * classes);
      for (const chunk of chunksOf(photos)) {
        throwIfCancelled(signal);
        await scoreChunk(chunk, factor, products, scores);
      }
      return scores;
    },
  };
}

interface LearnedRow {
  readonly index: number;
  readonly label: number;
  readonly root: number;
}

/** Leaves rows out; the result writes the scores of any row by the fit without them. */
function leaveOut(
  learned: readonly LearnedRow[],
  solved: Matrix,
  fitted: Matrix,
  { meanTarget, total }: RidgeFactor,
): (row: number, scores: Float32Array) => void {
  const classes = fitted.columns;
  const count = learned.length;
  const leverage = (a: number, b: number): number => dotRows(solved, a, b) + 1 / total;
  const system = zeroMatrix(count, count + classes);
  for (const [i, a] of learned.entries()) {
    const offset = i * system.columns;
    for (const [j, b] of learned.entries()) {
      system.values[offset + j] = (i === j ? 1 : 0) - a.root * b.root * leverage(a.index, b.index);
    }
    for (let k = 0; k < classes; k++) {
      const target = k === a.label ? 1 : 0;
      const score = fitted.values[a.index * classes + k]! + (meanTarget[k] ?? 0);
      system.values[offset + count + k] = a.root * (target - score);
    }
  }
  eliminate(system);
  return (row, scores) => {
    const shares = learned.map(({ index, root }) => root * leverage(row, index));
    for (let k = 0; k < classes; k++) {
      let score = fitted.values[row * classes + k]! + (meanTarget[k] ?? 0);
      for (const [i, share] of shares.entries()) {
        score -= share * system.values[i * system.columns + count + k]!;
      }
      scores[k] = score;
    }
  };
}

// A photo that the fit cannot do without has a pivot of rounding errors alone.
const leastPivot = 1e-9;

/** Turns the square at the left of a positive definite system into the identity (Gauss and Jordan; no pivoting is needed). */
function eliminate({ rows, columns, values }: Matrix): void {
  for (let pivot = 0; pivot < rows; pivot++) {
    const own = pivot * columns;
    const divisor = Math.max(values[own + pivot]!, leastPivot);
    for (let k = pivot; k < columns; k++) values[own + k]! /= divisor;
    for (let row = 0; row < rows; row++) {
      const factor = values[row * columns + pivot]!;
      if (row === pivot || factor === 0) continue;
      for (let k = pivot; k < columns; k++) values[row * columns + k]! -= factor * values[own + k]!;
    }
  }
}

function dotRows({ columns, values }: Matrix, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += values[a * columns + k]! * values[b * columns + k]!;
  return sum;
}

function* chunksOf(photos: readonly LeftOutPhoto[]): Generator<LeftOutPhoto[]> {
  let chunk: LeftOutPhoto[] = [];
  let rows = 0;
  for (const photo of photos) {
    chunk.push(photo);
    rows += photo.learn.length + photo.judge.length;
    if (rows < chunkRows) continue;
    yield chunk;
    chunk = [];
    rows = 0;
  }
  if (chunk.length > 0) yield chunk;
}

/** Reads rows, ascending, centred and scaled. */
async function gatherRows(
  { parts, scaling }: ScaledParts,
  wanted: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Matrix<Float32Array>> {
  throwIfCancelled(signal);
  const { mean, scale } = scaling;
  const columns = mean.length;
  const values = new Float32Array(wanted.length * columns);
  await readRows(selectRows(parts, wanted)).read(0, wanted.length, values);
  for (let offset = 0; offset < values.length; offset += columns) {
    for (let column = 0; column < columns; column++) {
      values[offset + column] = (values[offset + column]! - mean[column]!) / scale[column]!;
    }
  }
  return { rows: wanted.length, columns, values };
}

function centredRows(
  { columns, values }: Matrix<Float32Array>,
  rows: readonly number[],
  mean: Float64Array,
): Matrix {
  const result = zeroMatrix(rows.length, columns);
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < columns; column++) {
      result.values[index * columns + column] = values[row * columns + column]! - mean[column]!;
    }
  }
  return result;
}
