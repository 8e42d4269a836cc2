import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { floats, node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { FittedHead } from './head.ts';
import { headNodes } from './head-nodes.ts';
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
 * Computes the logits `[rows, classes]` of features by a head: its steps, and then `x · weightsᵀ + bias`.
 *
 * @throws RegraftError `CANCELLED` when the signal is aborted.
 */
export async function scoreRows(
  features: FeatureMatrix,
  head: Pick<FittedHead, 'before' | 'weights' | 'bias'>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  if (features.rows === 0) return new Float32Array(0);
  const [classes, { columns }] = [head.bias.length, features];
  const graph = { ...scoreGraph(classes, columns), ...headNodes(head, 'features', 'logits') };
  await using scorer = await openGraph({ opset: 17, metadata: {}, graph }, features, classes, options.signal);
  return await scorer.score(features, {});
}

/** Opens a scorer for linear heads of one shape; `rows` is about how many there will be. */
export async function openScorer(
  classes: number,
  columns: number,
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Scorer> {
  const scorer = await openGraph(linearModel(classes, columns), { rows, columns }, classes, signal);
  return {
    score: (features, head) =>
      scorer.score(features, {
        weights: floats([classes, columns], head.weights),
        bias: floats([classes], head.bias),
      }),
    [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose](),
  };
}

interface GraphScorer extends AsyncDisposable {
  score(features: FeatureMatrix, feeds: Readonly<Record<string, Tensor>>): Promise<Float32Array>;
}

async function openGraph(
  model: Model,
  { rows, columns }: Pick<FeatureMatrix, 'rows' | 'columns'>,
  classes: number,
  signal: AbortSignal | undefined,
): Promise<GraphScorer> {
  const workers = Math.max(1, Math.min(availableParallelism(), Math.ceil(rows / pieceRows)));
  const pool = await openSessions(model, { workers, signal });
  return {
    async score(features, feeds) {
      const reader = readRows(features);
      const logits = new Float32Array(features.rows * classes);
      const running: Promise<void>[] = [];
      for (let start = 0; start < features.rows; start += pieceRows) {
        throwIfCancelled(signal);
        const end = Math.min(features.rows, start + pieceRows);
        const values = new Float32Array((end - start) * columns);
        await reader.read(start, end, values);
        const copies = Object.entries(feeds).map(([name, tensor]) => [name, copyTensor(tensor)]);
        const inputs = {
          features: floats([end - start, columns], values),
          ...(Object.fromEntries(copies) as Record<string, Tensor>),
        };
        const piece = pool.run(inputs, { transfer: true, signal }).then((outputs) => {
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

/** The buffers of a run move to its thread. */
function copyTensor({ dims, data }: Tensor): Tensor {
  return floats(dims, (data as Float32Array).slice());
}

function scoreGraph(classes: number, columns: number): Omit<Model['graph'], 'nodes' | 'initializers'> {
  return {
    name: 'score',
    inputs: [{ name: 'features', type: 'float32', dims: ['n', columns] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['n', classes] }],
  };
}

function linearModel(classes: number, columns: number): Model {
  const { inputs, ...graph } = scoreGraph(classes, columns);
  return {
    opset: 17,
    metadata: {},
    graph: {
      ...graph,
      initializers: new Map(),
      inputs: [
        ...inputs,
        { name: 'weights', type: 'float32', dims: [classes, columns] },
        { name: 'bias', type: 'float32', dims: [classes] },
      ],
      nodes: [node('Gemm', ['features', 'weights', 'bias'], ['logits'], { transB: { int: 1 } })],
    },
  };
}
