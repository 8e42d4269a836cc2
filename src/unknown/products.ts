import { floats, node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';

/** Products of matrices, computed in a worker thread in float32. */
export interface Products extends AsyncDisposable {
  /** Inner products of all pairs of rows of a matrix `[rows, columns]`, as `[rows, rows]`; the matrix moves to the thread. */
  gram(matrix: Float32Array, rows: number): Promise<Float32Array>;
  /** Takes a symmetric matrix `[size, size]` to the thread, for many products. */
  hold(matrix: Float64Array): Promise<HeldMatrix>;
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
  return {
    async gram(matrix, rows) {
      const tensor = await pool.pin(floats([rows, matrix.length / rows], matrix), 0);
      const { product } = await pool.run({ left: tensor, right: tensor }, { worker: 0, signal });
      await pool.unpin(tensor);
      return (product as Tensor).data as Float32Array;
    },
    async hold(matrix) {
      const size = Math.round(Math.sqrt(matrix.length));
      const right = await pool.pin(floats([size, size], Float32Array.from(matrix)), 0);
      return {
        size,
        async times(vectors) {
          const values = new Float32Array(vectors.length * size);
          for (const [index, vector] of vectors.entries()) values.set(vector, index * size);
          const left = floats([vectors.length, size], values);
          const { product } = await pool.run({ left, right }, { worker: 0, signal, transfer: true });
          const data = (product as Tensor).data as Float32Array;
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

/** `left · rightᵀ` */
const productModel: Model = {
  opset: 17,
  metadata: {},
  graph: {
    name: 'product',
    nodes: [node('Gemm', ['left', 'right'], ['product'], { transB: { int: 1 } })],
    initializers: new Map(),
    inputs: [
      { name: 'left', type: 'float32', dims: ['m', 'k'] },
      { name: 'right', type: 'float32', dims: ['n', 'k'] },
    ],
    outputs: [{ name: 'product', type: 'float32', dims: ['m', 'n'] }],
  },
};
