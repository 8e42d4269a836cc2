import { node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { type Matrix, zeroMatrix } from './matrix.ts';
import type { RowBlock } from './row-blocks.ts';
import { type ScaledParts, sumOverRows } from './row-sums.ts';

/** Weighted sums over rows x of the labels' one-hot targets t: all that least squares needs to know of them. */
export interface Moments {
  /** `Σ w · x xᵀ`, `[columns, columns]` */
  readonly products: Matrix;
  /** `Σ w · t xᵀ`, `[classes, columns]` */
  readonly targets: Matrix;
  /** `Σ w · x`, `[columns]` */
  readonly sum: Float64Array;
  /** `Σ w · t`, `[classes]` */
  readonly classSums: Float64Array;
  /** `Σ w` */
  readonly total: number;
}

/**
 * Sums the moments of centred and scaled rows in float64, block by block.
 *
 * @param rowWeights - `[rows]` over all parts, or more.
 */
export async function sumMoments(
  rows: ScaledParts,
  rowWeights: Float32Array,
  classes: number,
  signal?: AbortSignal,
): Promise<Moments> {
  const columns = rows.scaling.mean.length;
  const height = columns + classes + 1;
  const classSums = new Float64Array(classes);
  let total = 0;
  // One row of the left factor for each column, each class, and the sum itself.
  const feedsOf = ({ part, offset, start, end }: RowBlock): Record<string, Tensor> => {
    const weights = Float64Array.from(rowWeights.subarray(offset + start, offset + end));
    const targets = new Float64Array(weights.length * (classes + 1));
    for (const [index, weight] of weights.entries()) {
      const label = part.labels[start + index] ?? 0;
      targets[index * (classes + 1) + label] = weight;
      targets[index * (classes + 1) + classes] = weight;
      classSums[label]! += weight;
      total += weight;
    }
    return {
      rowWeights: { type: 'float64', dims: [weights.length, 1], data: weights },
      targets: { type: 'float64', dims: [weights.length, classes + 1], data: targets },
    };
  };
  const sums = await sumOverRows(rows, momentsModel(columns, classes), feedsOf, height * columns, signal);
  return {
    products: { rows: columns, columns, values: sums.slice(0, columns * columns) },
    targets: {
      rows: classes,
      columns,
      values: sums.slice(columns * columns, (columns + classes) * columns),
    },
    sum: sums.slice((columns + classes) * columns),
    classSums,
    total,
  };
}

/** The moments of two sets of rows together. */
export function addMoments(a: Moments, b: Moments): Moments {
  const add = (left: Float64Array, right: Float64Array): Float64Array =>
    left.map((value, index) => value + right[index]!);
  return {
    products: { ...a.products, values: add(a.products.values, b.products.values) },
    targets: { ...a.targets, values: add(a.targets.values, b.targets.values) },
    sum: add(a.sum, b.sum),
    classSums: add(a.classSums, b.classSums),
    total: a.total + b.total,
  };
}

/** Moments about the rows' weighted mean, whose targets are centred too, stacked: `[columns + classes, columns]`. */
export function centreMoments({ products, targets, sum, classSums, total }: Moments): Matrix {
  const { columns } = products;
  const stacked = zeroMatrix(columns + targets.rows, columns);
  stacked.values.set(products.values);
  stacked.values.set(targets.values, columns * columns);
  for (let row = 0; row < stacked.rows; row++) {
    const factor = (row < columns ? sum[row]! : classSums[row - columns]!) / total;
    for (let column = 0; column < columns; column++) {
      stacked.values[row * columns + column]! -= factor * sum[column]!;
    }
  }
  return stacked;
}

function momentsModel(columns: number, classes: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'moments',
      initializers: new Map(),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'rowWeights', type: 'float64', dims: ['n', 1] },
        { name: 'targets', type: 'float64', dims: ['n', classes + 1] },
      ],
      outputs: [{ name: 'sum', type: 'float64', dims: [columns + classes + 1, columns] }],
      nodes: [
        node('Cast', ['features'], ['precise'], { to: { int: 11 } }),
        node('Mul', ['precise', 'rowWeights'], ['weighted']),
        node('Concat', ['weighted', 'targets'], ['left'], { axis: { int: 1 } }),
        node('Gemm', ['left', 'precise'], ['sum'], { transA: { int: 1 } }),
      ],
    },
  };
}
