import { floats, node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions, type PinnedTensor } from '../runtime/session-pool.ts';

/** Products of matrices, computed in a worker thread in float32. */
export interface Products extends AsyncDisposable {
  /** Inner products of all pairs of rows of a matrix `[rows, columns]`, as `[rows, rows]`. */
  gram(matrix: Float32Array, rows: number): Promise<Float32Array>;
  /** Takes a symmetric matrix `[size, size]` to the thread, for many products. */
  hold(matrix: Float64Array): Promise<HeldMatrix>;
  /** Adds up the rows of a matrix times coefficients `[rows]`, once for each list of them; the matrix moves to the thread. */
  combine(coefficients: readonly Float64Array[], matrix: Float32Array): Promise<Float32Array>;
}

/** A symmetric matrix in a worker thread. */
export interface HeldMatrix {
  readonly size: number;
  /** Multiplies it with vectors `[size]`. */
  times(vectors: readonly Float64Array[]): Promise<Float64Array[]>;
  release(): Promise<void>;
}

/**
 * Opens a thread for products.
 *
 * @throws RegraftError `CANCELLED` when the signal is aborted, now or before a product.
 */
export async function openProducts(signal: AbortSignal | undefined): Promise<Products> {
  const pool = await openSessions(productModel, { workers: 1, signal });
  const run = async (left: Tensor | PinnedTensor, right: Tensor | PinnedTensor): Promise<Float32Array> => {
    const { product } = await pool.run({ left, right }, { worker: 0, signal, transfer: true });
    return (product as Tensor).data as Float32Array;
  };
  return {
    gram(matrix, rows) {
      const columns = matrix.length / rows;
      const transposed = new Float32Array(matrix.length);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          transposed[column * rows + row] = matrix[row * columns + column]!;
        }
      }
      return run(floats([rows, columns], matrix.slice()), floats([columns, rows], transposed));
    },
    combine(coefficients, matrix) {
      const rows = coefficients[0]?.length ?? 1;
      return run(stack(coefficients, rows), floats([rows, matrix.length / rows], matrix));
    },
    async hold(matrix) {
      const size = Math.round(Math.sqrt(matrix.length));
      const right = await pool.pin(floats([size, size], Float32Array.from(matrix)), 0);
      return {
        size,
        async times(vectors) {
          const data = await run(stack(vectors, size), right);
          return vectors.map((_, index) =>
            Float64Array.from(data.subarray(index * size, (index + 1) * size)),
          );
        },
        release: () => pool.unpin(right),
      };
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function stack(vectors: readonly Float64Array[], size: number): Tensor {
  const values = new Float32Array(vectors.length * size);
  for (const [index, vector] of vectors.entries()) values.set(vector, index * size);
  return floats([vectors.length, size], values);
}

const productModel: Model = {
  opset: 17,
  metadata: {},
  graph: {
    name: 'product',
    nodes: [node('MatMul', ['left', 'right'], ['product'])],
    initializers: new Map(),
    inputs: [
      { name: 'left', type: 'float32', dims: ['m', 'k'] },
      { name: 'right', type: 'float32', dims: ['k', 'n'] },
    ],
    outputs: [{ name: 'product', type: 'float32', dims: ['m', 'n'] }],
  },
};
