import { node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { factorise, solveRowsBack } from './cholesky.ts';
import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import type { JoinedRows } from './joined-rows.ts';
import { copyRange, type Matrix } from './matrix.ts';
import { openProducts } from './matrix-products.ts';
import { memoryMatrix } from './memory-matrix.ts';
import type { RowBlock } from './row-blocks.ts';
import { multiplyRows } from './row-products.ts';
import { type ScaledParts, sumOverRows } from './row-sums.ts';

/** Rows that a head is fitted on, in the coordinates that it is fitted in. */
export interface RowSpace {
  /** The joined rows' parts, with coordinates for features. */
  readonly parts: readonly LabelledRows[];
  /** How those coordinates are centred and scaled. */
  readonly scaling: FeatureScaling;
  /** Takes a point, weights `[outputs, coordinates]` and then bias `[outputs]`, to one whose weights are for centred and scaled features. */
  expand(point: Float64Array, outputs: number): Promise<Float64Array>;
}

// Beyond it the matrix of inner products takes more memory (128 MiB) and time than it spares.
const maxRows = 4096;
// Coordinates of half as many numbers pay for being made.
const leastGain = 2;
// Of the mean squared length; makes copies of a photo, whose inner products have no inverse, differ by 1e-5 of their length.
const jitter = 1e-10;

/**
 * Gives joined rows in fewer coordinates where there are fewer rows than columns: those of the space that the rows to learn
 * from span. Where there are not, the features themselves.
 *
 * With the rows X to learn from, centred and scaled, and `X · Xᵀ = L · Lᵀ` (Cholesky), the rows of L have the same inner products
 * as those of X, in as many coordinates as there are rows; any other row x has the coordinates `x · Xᵀ · L⁻ᵀ`. The optimum under an
 * L2 penalty lies in that space (the representer theorem: Schölkopf, Herbrich & Smola 2001), so a fit there is the same fit:
 * weights v of it are `v · L⁻¹ · X`.
 */
export async function openRowSpace(
  joined: JoinedRows,
  scaling: FeatureScaling,
  signal?: AbortSignal,
): Promise<RowSpace> {
  const count = joined.learnCount;
  if (count > maxRows || count * leastGain > scaling.mean.length) {
    return { parts: joined.parts, scaling, expand: (point) => Promise.resolve(point) };
  }
  const coordinates = await multiplyRows({ parts: joined.parts, scaling }, count, signal);
  addToDiagonal(coordinates, jitter);
  {
    await using products = await openProducts(signal);
    await factorise(coordinates, products);
  }
  return {
    parts: partsOf(joined.parts, coordinates),
    scaling: { mean: new Float64Array(count), scale: new Float64Array(count).fill(1) },
    async expand(point, outputs) {
      const shares: Matrix = { rows: outputs, columns: count, values: point.slice(0, outputs * count) };
      await using products = await openProducts(signal);
      await solveRowsBack(coordinates, shares, products);
      // The first parts are the rows to learn from, of training and of validation.
      const learned = { parts: joined.parts.slice(0, 2), scaling };
      const expanded = new Float64Array(outputs * scaling.mean.length + outputs);
      expanded.set(await combineRows(learned, shares, signal));
      expanded.set(point.subarray(outputs * count), outputs * scaling.mean.length);
      return expanded;
    },
  };
}

/** Adds a share of the diagonal's mean to the diagonal of the square at the top. */
function addToDiagonal({ columns, values }: Matrix, share: number): void {
  let trace = 0;
  for (let row = 0; row < columns; row++) trace += values[row * columns + row]!;
  for (let row = 0; row < columns; row++) values[row * columns + row]! += (share * trace) / columns;
}

/** Sums of rows, `shares` `[outputs, count]` of each: `[outputs, columns]`. */
function combineRows(rows: ScaledParts, shares: Matrix, signal?: AbortSignal): Promise<Float64Array> {
  const columns = rows.scaling.mean.length;
  const sharesOf = ({ offset, start, end }: RowBlock): Record<string, Tensor> => {
    const { values } = copyRange(shares, [0, shares.rows], [offset + start, offset + end]);
    return { shares: { type: 'float64', dims: [shares.rows, end - start], data: values } };
  };
  const model: Model = {
    opset: 17,
    metadata: {},
    graph: {
      name: 'combination',
      initializers: new Map(),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'shares', type: 'float64', dims: [shares.rows, 'n'] },
      ],
      outputs: [{ name: 'sum', type: 'float64', dims: [shares.rows, columns] }],
      nodes: [
        node('Cast', ['features'], ['precise'], { to: { int: 11 } }),
        node('Gemm', ['shares', 'precise'], ['sum']),
      ],
    },
  };
  return sumOverRows(rows, model, sharesOf, shares.rows * columns, signal);
}

function partsOf(parts: readonly LabelledRows[], coordinates: Matrix): LabelledRows[] {
  const { columns } = coordinates;
  let first = 0;
  return parts.map((part) => {
    const { rows } = part.features;
    const values = new Float32Array(coordinates.values.subarray(first * columns, (first + rows) * columns));
    first += rows;
    return { ...part, features: memoryMatrix(values, rows, columns) };
  });
}
