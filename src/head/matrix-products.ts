import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import { node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import { type Matrix, zeroMatrix } from './matrix.ts';

/** Computes products of matrices in worker threads. */
export interface MatrixProducts extends AsyncDisposable {
  /** `a · bᵀ` in float64, for `a` `[m, k]` and `b` `[n, k]`: `[m, n]`. */
  timesTransposed(a: Matrix, b: Matrix): Promise<Matrix>;
}

// The same pieces whatever the cores, so that products round alike everywhere.
const pieceRows = 256;
// Below so many multiplications a thread's answer takes longer than the loops.
const smallProduct = 2 ** 18;

/** Opens worker threads for products. */
export async function openProducts(signal?: AbortSignal): Promise<MatrixProducts> {
  const pool = await openSessions(productModel(), { workers: availableParallelism(), signal });
  return {
    timesTransposed: (a, b) =>
      a.rows * b.rows * a.columns <= smallProduct
        ? Promise.resolve(multiplyHere(a, b))
        : multiplyInWorkers(pool, a, b, signal),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

async function multiplyInWorkers(
  pool: SessionPool,
  a: Matrix,
  b: Matrix,
  signal: AbortSignal | undefined,
): Promise<Matrix> {
  throwIfCancelled(signal);
  const product = zeroMatrix(a.rows, b.rows);
  const pieces = Math.ceil(a.rows / pieceRows);
  const pinned = await Promise.all(
    Array.from({ length: Math.min(pool.workers, pieces) }, (_, worker) => pool.pin(tensorOf(b), worker)),
  );
  try {
    await Promise.all(
      Array.from({ length: pieces }, async (_, piece) => {
        const start = piece * pieceRows;
        const end = Math.min(a.rows, start + pieceRows);
        const own = { ...a, rows: end - start, values: a.values.slice(start * a.columns, end * a.columns) };
        const worker = piece % pinned.length;
        const right = pinned[worker];
        if (right === undefined) return;
        const outputs = await pool.run({ a: tensorOf(own), b: right }, { worker, transfer: true, signal });
        product.values.set(outputs.product?.data as Float64Array, start * b.rows);
      }),
    );
  } finally {
    await Promise.all(pinned.map((tensor) => pool.unpin(tensor)));
  }
  return product;
}

function multiplyHere(a: Matrix, b: Matrix): Matrix {
  const product = zeroMatrix(a.rows, b.rows);
  const { columns } = a;
  for (let row = 0; row < a.rows; row++) {
    for (let column = 0; column < b.rows; column++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += a.values[row * columns + k]! * b.values[column * columns + k]!;
      product.values[row * b.rows + column] = sum;
    }
  }
  return product;
}

function tensorOf({ rows, columns, values }: Matrix): Tensor {
  return { type: 'float64', dims: [rows, columns], data: values };
}

function productModel(): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'product',
      initializers: new Map(),
      inputs: [
        { name: 'a', type: 'float64', dims: ['m', 'k'] },
        { name: 'b', type: 'float64', dims: ['n', 'k'] },
      ],
      outputs: [{ name: 'product', type: 'float64', dims: ['m', 'n'] }],
      nodes: [node('Gemm', ['a', 'b'], ['product'], { transB: { int: 1 } })],
    },
  };
}
