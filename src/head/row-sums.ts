import { availableParallelism } from 'node:os';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { cutIntoBlocks, readBlocks, type RowBlock } from './row-blocks.ts';

/** Rows of several parts, one after the other, and how they are centred and scaled. */
export interface ScaledParts {
  readonly parts: readonly LabelledRows[];
  readonly scaling: FeatureScaling;
}

/**
 * Runs a graph on block after block of centred and scaled rows, its input `features` float32 `[n, columns]`, and adds up its output
 * `sum` in float64, in the blocks' order.
 *
 * @param feedsOf - The other inputs for a block.
 * @param length - Numbers in the output.
 * @throws RegraftError `CANCELLED` when the signal is aborted.
 */
export async function sumOverRows(
  { parts, scaling }: ScaledParts,
  model: Model,
  feedsOf: (block: RowBlock) => Readonly<Record<string, Tensor>>,
  length: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const blocks = cutIntoBlocks(parts);
  const read = readBlocks(blocks, scaling);
  const sums = new Float64Array(length);
  const workers = Math.max(1, Math.min(availableParallelism(), blocks.length));
  await using pool = await openSessions(model, { workers, signal });
  const running: Promise<Readonly<Record<string, Tensor>>>[] = [];
  const take = async (): Promise<void> => {
    const values = (await running.shift())?.sum?.data as Float32Array | Float64Array;
    for (let i = 0; i < length; i++) sums[i]! += values[i]!;
  };
  try {
    for (const [index, block] of blocks.entries()) {
      if (running.length > pool.workers) await take();
      const { features } = await read(index);
      const run = pool.run({ features, ...feedsOf(block) }, { transfer: true, signal });
      // Awaited in order; one that fails meanwhile must not count as unhandled.
      run.catch(() => undefined);
      running.push(run);
    }
    while (running.length > 0) await take();
  } finally {
    await Promise.allSettled(running);
  }
  return sums;
}
