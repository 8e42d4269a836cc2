import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { readRows } from '../head/row-reader.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { UnknownModel } from './unknown-model.ts';
import { unknownNodes } from './unknown-nodes.ts';

const pieceRows = 1024;

/**
 * Computes the unknown scores `[rows]` of features, by the nodes that a model file has.
 *
 * @throws RegraftError `CANCELLED` when the signal is aborted.
 */
export async function scoreUnknown(
  features: FeatureMatrix,
  model: UnknownModel,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { rows, columns } = features;
  const scores = new Float64Array(rows);
  if (rows === 0) return scores;
  const graph = {
    name: 'unknown',
    ...unknownNodes(model, 'features', 'unknown'),
    inputs: [{ name: 'features', type: 'float32', dims: ['n', columns] }],
    outputs: [{ name: 'unknown', type: 'float32', dims: ['n'] }],
  } as const;
  const workers = Math.min(availableParallelism(), Math.ceil(rows / pieceRows));
  await using pool = await openSessions({ opset: 17, metadata: {}, graph }, { workers, signal });
  const reader = readRows(features);
  const running: Promise<void>[] = [];
  for (let start = 0; start < rows; start += pieceRows) {
    throwIfCancelled(signal);
    const end = Math.min(rows, start + pieceRows);
    const values = new Float32Array((end - start) * columns);
    await reader.read(start, end, values);
    const inputs = { features: floats([end - start, columns], values) };
    const piece = pool.run(inputs, { transfer: true, signal }).then(({ unknown }) => {
      scores.set((unknown as Tensor).data as Float32Array, start);
    });
    // Awaited below in order; a failure of a later piece must not count as unhandled until then.
    piece.catch(() => undefined);
    running.push(piece);
    if (running.length > 2 * workers) await running.shift();
  }
  await Promise.all(running);
  return scores;
}
