import { availableParallelism } from 'node:os';
import { node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { type Matrix, zeroMatrix } from './matrix.ts';
import { cutIntoBlocks, readBlocks, type RowBlock } from './row-blocks.ts';
import type { ScaledParts } from './row-sums.ts';

/**
 * Gives the inner products of all rows, centred and scaled, with the first `count` of them, which fill whole parts: `[rows, count]`
 * in float64. Of the first `count` rows the blocks above the diagonal stay zeros.
 *
 * @throws RegraftError `CANCELLED` when the signal is aborted.
 */
export async function multiplyRows(
  { parts, scaling }: ScaledParts,
  count: number,
  signal?: AbortSignal,
): Promise<Matrix> {
  const blocks = cutIntoBlocks(parts);
  const read = readBlocks(blocks, scaling);
  const result = zeroMatrix(
    parts.reduce((sum, { labels }) => sum + labels.length, 0),
    count,
  );
  await using pool = await openSessions(productModel(scaling.mean.length), {
    workers: Math.max(1, Math.min(availableParallelism(), blocks.length)),
    signal,
  });
  for (const [column, block] of blocks.entries()) {
    if (block.offset + block.start >= count) break;
    const { features } = await read(column);
    const right = await Promise.all(
      Array.from({ length: pool.workers }, (_, worker) => pool.pin(features, worker)),
    );
    const multiply = async (row: number, target: RowBlock): Promise<void> => {
      const worker = row % pool.workers;
      const own = right[worker];
      if (own === undefined) return;
      const left = row === column ? own : (await read(row)).features;
      const outputs = await pool.run({ left, right: own }, { worker, transfer: true, signal });
      place(outputs.product, result, target, block);
    };
    const running: Promise<void>[] = [];
    try {
      for (const [row, target] of blocks.entries()) {
        if (row < column) continue;
        if (running.length > pool.workers) await running.shift();
        const run = multiply(row, target);
        run.catch(() => undefined);
        running.push(run);
      }
      await Promise.all(running);
    } finally {
      await Promise.allSettled(running);
      await Promise.all(right.map((tensor) => pool.unpin(tensor)));
    }
  }
  return result;
}

function place(
  product: Tensor | undefined,
  { values, columns }: Matrix,
  rows: RowBlock,
  right: RowBlock,
): void {
  const source = product?.data as Float64Array;
  const width = right.end - right.start;
  let target = (rows.offset + rows.start) * columns + right.offset + right.start;
  for (let from = 0; from < source.length; from += width, target += columns) {
    values.set(source.subarray(from, from + width), target);
  }
}

function productModel(columns: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'inner_products',
      initializers: new Map(),
      inputs: [
        { name: 'left', type: 'float32', dims: ['m', columns] },
        { name: 'right', type: 'float32', dims: ['n', columns] },
      ],
      outputs: [{ name: 'product', type: 'float64', dims: ['m', 'n'] }],
      nodes: [
        node('Cast', ['left'], ['preciseLeft'], { to: { int: 11 } }),
        node('Cast', ['right'], ['preciseRight'], { to: { int: 11 } }),
        node('Gemm', ['preciseLeft', 'preciseRight'], ['product'], { transB: { int: 1 } }),
      ],
    },
  };
}
