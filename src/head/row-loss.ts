import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import { canPin } from './can-pin.ts';
import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { cutIntoBlocks, type LoadBlock, pinBlocks, readBlocks, type RowBlock } from './row-blocks.ts';
import type { LinearHead } from './score.ts';
import { shareHead } from './share-head.ts';

/** A loss of linear heads over fixed rows, computed in worker threads. Rows are those of all parts, one after the other. */
export interface RowLoss extends AsyncDisposable {
  readonly rows: number;
  /** Weighted sums over the rows; rows of weight 0 cost nothing where a whole block has it. `rowWeights` is `[rows]`. */
  evaluate(head: LinearHead, rowWeights: Float32Array): Promise<LossSums>;
  /** Logits `[wanted.length, classes]` of the rows named in `wanted`, ascending. */
  logits(head: LinearHead, wanted: readonly number[]): Promise<Float32Array>;
}

/** Sums over rows: see `buildLossGraph` and `buildSigmoidLossGraph`. */
export interface LossSums {
  readonly loss: number;
  /** Of the weights `[classes, columns]` and then of the bias `[classes]`. */
  readonly gradient: Float64Array;
}

/** Opens the loss that a graph gives of blocks of rows over the rows of all parts, centred and scaled. */
export async function openRowLoss(
  graph: Model,
  parts: readonly LabelledRows[],
  classes: number,
  scaling: FeatureScaling,
  signal?: AbortSignal,
): Promise<RowLoss> {
  const columns = scaling.mean.length;
  const blocks = cutIntoBlocks(parts);
  const rows = parts.reduce((total, part) => total + part.features.rows, 0);
  const pinned = canPin(parts);
  const workers = Math.min(availableParallelism(), blocks.length);
  const pool = await openSessions(graph, { workers, signal });
  try {
    const load = pinned ? await pinBlocks(pool, blocks, scaling, signal) : readBlocks(blocks, scaling);
    return lossOf({ pool, blocks, load, pinned, rows, classes, columns, signal });
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

interface LossParts {
  readonly pool: SessionPool;
  readonly blocks: readonly RowBlock[];
  readonly load: LoadBlock;
  readonly pinned: boolean;
  readonly rows: number;
  readonly classes: number;
  readonly columns: number;
  readonly signal: AbortSignal | undefined;
}

function lossOf({ pool, blocks, load, pinned, rows, classes, columns, signal }: LossParts): RowLoss {
  type Outputs = Readonly<Record<string, Tensor>>;

  /** Runs the blocks that `request` gives feeds for; results come in the blocks' order. */
  const forEachBlock = async (
    head: LinearHead,
    request: (block: RowBlock) => { rowWeights: Float32Array; wanted: BigInt64Array } | undefined,
    visit: (outputs: Outputs) => void,
  ): Promise<void> => {
    throwIfCancelled(signal);
    const share = await shareHead(pool, head, columns, blocks.length);
    const running: Promise<Outputs>[] = [];
    const take = async (): Promise<void> => {
      const oldest = await running.shift();
      if (oldest !== undefined) visit(oldest);
    };
    try {
      for (const [index, block] of blocks.entries()) {
        const asked = request(block);
        if (asked === undefined) continue;
        if (running.length >= 2 * pool.workers) await take();
        const worker = index % pool.workers;
        const { wanted, rowWeights } = asked;
        const feeds = {
          ...(await load(index)),
          ...share.feeds(worker),
          rowWeights: floats([rowWeights.length, 1], rowWeights),
          wanted: { type: 'int64', dims: [wanted.length], data: wanted } as const,
        };
        // Moving buffers to a thread takes longer than copying small ones.
        const result = pool.run(feeds, { worker, signal, transfer: !pinned });
        // Awaited in order; one that fails meanwhile must not count as unhandled.
        result.catch(() => undefined);
        running.push(result);
      }
      while (running.length > 0) await take();
    } finally {
      await Promise.allSettled(running);
      await share.release();
    }
  };

  return {
    rows,
    async evaluate(head, rowWeights) {
      let loss = 0;
      const gradient = new Float64Array(classes * columns + classes);
      await forEachBlock(
        head,
        ({ offset, start, end }) => {
          const own = rowWeights.slice(offset + start, offset + end);
          return own.some((weight) => weight !== 0)
            ? { rowWeights: own, wanted: new BigInt64Array(0) }
            : undefined;
        },
        (outputs) => {
          loss += numbers(outputs, 'loss')[0] ?? 0;
          add(gradient, numbers(outputs, 'weightsGradient'), 0);
          add(gradient, numbers(outputs, 'biasGradient'), classes * columns);
        },
      );
      return { loss, gradient };
    },
    async logits(head, wanted) {
      const result = new Float32Array(wanted.length * classes);
      let filled = 0;
      let next = 0;
      await forEachBlock(
        head,
        ({ offset, start, end }) => {
          const first = next;
          while (next < wanted.length && wanted[next]! < offset + end) next++;
          if (next === first) return undefined;
          const inBlock = wanted.slice(first, next).map((row) => BigInt(row - offset - start));
          return { rowWeights: new Float32Array(end - start), wanted: BigInt64Array.from(inBlock) };
        },
        (outputs) => {
          const logits = numbers(outputs, 'logits');
          result.set(logits, filled);
          filled += logits.length;
        },
      );
      return result;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function numbers(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  return outputs[name]?.data as Float32Array;
}

function add(target: Float64Array, source: Float32Array, offset: number): void {
  for (let i = 0; i < source.length; i++) target[offset + i]! += source[i]!;
}
