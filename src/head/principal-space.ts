import { node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { factorise } from './cholesky.ts';
import { type FeatureScaling, foldScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { copyRange, type Matrix, transpose, zeroMatrix } from './matrix.ts';
import { type MatrixProducts, openProducts } from './matrix-products.ts';
import { memoryMatrix } from './memory-matrix.ts';
import { createRandom } from './random.ts';
import { scoreRows } from './score.ts';
import { sumOverRows } from './row-sums.ts';

/** Coordinates of rows, and the layer that makes them of features. */
export interface PrincipalSpace {
  /** The parts, with coordinates for features; each coordinate has a mean square of about 1 over the rows to learn from. */
  readonly parts: readonly LabelledRows[];
  /** `[coordinates, columns]`, for features as they are. */
  readonly weights: Float32Array;
  /** `[coordinates]` */
  readonly bias: Float32Array;
}

// Passes of the iteration; after two, what is left out of a few hundred coordinates is noise.
const passes = 2;

/**
 * Projects rows onto the space in which the rows to learn from, centred and scaled, vary most, and turns it at random so that all its
 * coordinates vary alike, as optimisers that treat each coordinate by itself want it. No label plays a part.
 *
 * The space is found by subspace iteration from a random start (Halko, Martinsson & Tropp 2011, arXiv:0909.4061, algorithm 4.4).
 *
 * @param learned - How many of the parts, from the first on, hold rows to learn from.
 * @param size - Coordinates wanted; there are fewer where there are fewer rows or columns.
 */
export async function openPrincipalSpace(
  parts: readonly LabelledRows[],
  learned: number,
  scaling: FeatureScaling,
  size: number,
  options: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<PrincipalSpace> {
  const { seed, signal } = options;
  const columns = scaling.mean.length;
  const rows = parts.slice(0, learned);
  const count = rows.reduce((sum, { labels }) => sum + labels.length, 0);
  const coordinates = Math.min(size, count, columns);
  await using products = await openProducts(signal);
  let basis = draw(coordinates, columns, `principal/${seed}`);
  for (let pass = 0; pass < passes; pass++) {
    const values = await sumOverRows(
      { parts: rows, scaling },
      iterationModel(coordinates, columns),
      () => ({ basis: tensorOf(basis) }),
      coordinates * columns,
      signal,
    );
    basis = await orthonormalise({ ...basis, values }, products);
  }
  const turn = await orthonormalise(draw(coordinates, coordinates, `turn/${seed}`), products);
  const turned = await products.timesTransposed(turn, transpose(basis));

  const point = new Float64Array(coordinates * columns + coordinates);
  point.set(turned.values);
  const plain = foldScaling(point, coordinates, scaling);
  const projected: Float32Array[] = [];
  for (const { features } of parts) projected.push(await scoreRows(features, plain, { signal }));
  const factor = 1 / rootMeanSquare(projected.slice(0, learned));
  const scale = (values: Float32Array): Float32Array => values.map((value) => value * factor);
  return {
    parts: parts.map((part, index) => {
      const values = scale(projected[index] ?? new Float32Array(0));
      return { ...part, features: memoryMatrix(values, part.labels.length, coordinates) };
    }),
    weights: scale(plain.weights),
    bias: scale(plain.bias),
  };
}

/** Makes rows orthonormal, but for rounding, that span the same space (Cholesky QR). Rows that depend on others come out as noise. */
async function orthonormalise(rows: Matrix, products: MatrixProducts): Promise<Matrix> {
  const inner = await products.timesTransposed(rows, rows);
  let trace = 0;
  for (let row = 0; row < inner.rows; row++) trace += inner.values[row * (inner.rows + 1)]!;
  const across = transpose(rows);
  const stacked = zeroMatrix(inner.rows + across.rows, inner.columns);
  stacked.values.set(inner.values);
  for (let row = 0; row < inner.rows; row++) stacked.values[row * (inner.rows + 1)]! += 1e-13 * trace;
  stacked.values.set(across.values, inner.values.length);
  await factorise(stacked, products);
  return transpose(copyRange(stacked, [inner.rows, stacked.rows]));
}

function draw(rows: number, columns: number, seed: string): Matrix {
  const random = createRandom(seed);
  return {
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, () => random.truncatedNormal()),
  };
}

function rootMeanSquare(values: readonly Float32Array[]): number {
  let [sum, count] = [0, 0];
  for (const part of values) {
    count += part.length;
    for (const value of part) sum += value * value;
  }
  return Math.sqrt(sum / count);
}

function tensorOf({ rows, columns, values }: Matrix): Tensor {
  return { type: 'float32', dims: [rows, columns], data: new Float32Array(values) };
}

/** `features · basisᵀ` and from it `(features · basisᵀ)ᵀ · features`, which leans the basis towards where the rows vary. */
function iterationModel(coordinates: number, columns: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'subspace_iteration',
      initializers: new Map(),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'basis', type: 'float32', dims: [coordinates, columns] },
      ],
      outputs: [{ name: 'sum', type: 'float32', dims: [coordinates, columns] }],
      nodes: [
        node('Gemm', ['features', 'basis'], ['projected'], { transB: { int: 1 } }),
        node('Gemm', ['projected', 'features'], ['sum'], { transA: { int: 1 } }),
      ],
    },
  };
}
