import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { floats, node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { readRows } from './row-reader.ts';

/** A linear classifier: weights `[classes, columns]`, bias `[classes]`. */
export interface LinearHead {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Computes logits of many rows by one head after another. */
export interface Scorer extends AsyncDisposable {
  /** Logits `[rows, classes]`. */
  score(features: FeatureMatrix, head: LinearHead): Promise<Float32Array>;
}

// The same pieces whatever the chunks and cores, so that products round alike.
const pieceRows = 1024;

/**
 * Computes the logits `[rows, classes]` of features by a head: `features · weightsᵀ + bias`.
 *
 * @throws RegraftError `CANCELLED` when the signal is aborted.
 */
export async function scoreRows(
  features: FeatureMatrix,
  head: LinearHead,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  if (features.rows === 0) return new Float32Array(0);
  await using scorer = await openScorer(head.bias.length, features.columns, features.rows, options.signal);
  return await scorer.score(features, head);
}

/** Opens a scorer for heads of one shape; `rows` is about how many there will be. */
export async function openScorer(
  classes: number,
  columns: number,
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Scorer> {
  const workers = Math.max(1, Math.min(availableParallelism(), Math.ceil(rows / pieceRows)));
  const pool = await openSessions(buildScoreGraph(classes, columns), { workers, signal });
  return {
    async score(features, head) {
      const reader = readRows(features);
      const logits = new Float32Array(features.rows * classes);
      const running: Promise<void>[] = [];
      for (let start = 0; start < features.rows; start += pieceRows) {
        throwIfCancelled(signal);
        const end = Math.min(features.rows, start + pieceRows);
        const values = new Float32Array((end - start) * columns);
        await reader.read(start, end, values);
        const feeds = {
          features: floats([end - start, columns], values),
          weights: floats([classes, columns], head.weights.slice()),
          bias: floats([classes], head.bias.slice()),
        };
        const piece = pool.run(feeds, { transfer: true, signal }).then((outputs) => {
          logits.set((outputs.logits as Tensor).data as Float32Array, start * classes);
        });
        // Awaited below in order; a failure of a later piece must not count as unhandled until then.
        piece.catch(() => undefined);
        running.push(piece);
        if (running.length > 2 * workers) await running.shift();
      }
      await Promise.all(running);
      return logits;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function buildScoreGraph(classes: number, columns: number): Model {
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: 'score',
      initializers: new Map(),
      inputs: [
        { name: 'features', type: 'float32', dims: ['n', columns] },
        { name: 'weights', type: 'float32', dims: [classes, columns] },
        { name: 'bias', type: 'float32', dims: [classes] },
      ],
      outputs: [{ name: 'logits', type: 'float32', dims: ['n', classes] }],
      nodes: [node('Gemm', ['features', 'weights', 'bias'], ['logits'], { transB: { int: 1 } })],
    },
  };
}
