import { throwIfCancelled } from '../errors.ts';
import { elementCount, floats, uint8s } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { PinnedTensor, SessionPool } from '../runtime/session-pool.ts';
import type { FeatureScaling } from './feature-scaling.ts';
import type { LabelledRows } from './head.ts';
import { readRows } from './row-reader.ts';

/** Rows of one part that are computed in one run; `start` and `end` count in that part, `offset + start` over all parts. */
export interface RowBlock {
  readonly part: LabelledRows;
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

/** A block as a run takes it. */
export interface BlockFeeds {
  readonly features: Tensor | PinnedTensor;
  readonly labels: Tensor | PinnedTensor;
}

/** Gives a block by its index. */
export type LoadBlock = (index: number) => Promise<BlockFeeds>;

// Blocks follow from the rows alone, not from cores or chunks, so that sums round alike everywhere.
const blocksAimed = 8;
const minBlockRows = 512;
const maxBlockRows = 4096;

/** Cuts the rows of all parts into blocks of nearly equal size, none of which has rows of two parts. */
export function cutIntoBlocks(parts: readonly LabelledRows[]): RowBlock[] {
  let offset = 0;
  return parts.flatMap((part) => {
    const { rows } = part.features;
    const aimed = Math.min(maxBlockRows, Math.max(minBlockRows, Math.ceil(rows / blocksAimed)));
    const blockRows = Math.ceil(rows / Math.ceil(rows / aimed));
    const blocks: RowBlock[] = [];
    for (let start = 0; start < rows; start += blockRows) {
      blocks.push({ part, offset, start, end: Math.min(rows, start + blockRows) });
    }
    offset += rows;
    return blocks;
  });
}

/** Puts all blocks into the workers' memory, in turn, so that runs only name them. */
export async function pinBlocks(
  pool: SessionPool,
  blocks: readonly RowBlock[],
  scaling: FeatureScaling,
  signal: AbortSignal | undefined,
): Promise<LoadBlock> {
  const read = readBlocks(blocks, scaling);
  const pinned: BlockFeeds[] = [];
  for (const index of blocks.keys()) {
    throwIfCancelled(signal);
    const { features, labels } = await read(index);
    const worker = index % pool.workers;
    pinned.push({ features: await pool.pin(features, worker), labels: await pool.pin(labels, worker) });
  }
  return (index) => Promise.resolve(at(pinned, index));
}

/** Reads a block, centred and scaled, each time anew. */
export function readBlocks(
  blocks: readonly RowBlock[],
  scaling: FeatureScaling,
): (index: number) => Promise<{ features: Tensor; labels: Tensor }> {
  const readers = new Map(
    [...new Set(blocks.map((block) => block.part))].map((part) => [part, readRows(part.features)]),
  );
  return async (index) => {
    const { part, start, end } = at(blocks, index);
    const dims = [end - start, scaling.mean.length];
    const values = new Float32Array(elementCount(dims));
    await readers.get(part)?.read(start, end, values);
    applyScaling(values, scaling);
    return { features: floats(dims, values), labels: labelsOf(part, start, end) };
  };
}

/** The class index of each row, `[rows, 1]`; in a multi-label data set its targets, `[rows, classes]`. */
function labelsOf({ labels, targets, features }: LabelledRows, start: number, end: number): Tensor {
  if (targets === undefined) {
    const own = BigInt64Array.from(labels.subarray(start, end), BigInt);
    return { type: 'int64', dims: [end - start, 1], data: own };
  }
  const classes = targets.length / features.rows;
  return uint8s([end - start, classes], targets.slice(start * classes, end * classes));
}

function applyScaling(values: Float32Array, { mean, scale }: FeatureScaling): void {
  const columns = mean.length;
  const factors = scale.map((value) => 1 / value);
  for (let offset = 0; offset < values.length; offset += columns) {
    for (let column = 0; column < columns; column++) {
      values[offset + column] = (values[offset + column]! - mean[column]!) * factors[column]!;
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) {
    throw new RangeError(`Expected an index below ${items.length} but received ${index}`);
  }
  return item;
}
