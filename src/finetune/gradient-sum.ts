import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '../onnx/graph.ts';
import type { SharedFloats } from '../runtime/session-pool.ts';
import { addVectors } from './add-vectors.ts';
import { inLanes } from './in-lanes.ts';
import { shareVector } from './parameter-layout.ts';
import type { TuningSessions } from './tuning-sessions.ts';

/** The gradient of a batch. */
export interface BatchGradient {
  /** Sum over the rows. */
  readonly loss: number;
  /** Sum over the rows, of all parameters; overwritten by the next batch. */
  readonly gradient: Float32Array;
}

/**
 * Computes the gradient of a batch of so many pieces.
 *
 * @param take Takes the feeds of the next piece.
 */
export type SumGradients = (pieces: number, take: () => Promise<Feeds>) => Promise<BatchGradient>;

type Feeds = Readonly<Record<string, Tensor>>;

// Some milliseconds of additions, between which the workers get their next piece.
const blockLength = 2 ** 20;
const vectorsInPass = 3;

/**
 * Opens the computation of gradients on all workers. The pieces of a batch are summed in their order, however many workers there are and
 * whichever is first, so that the same batch gives the same bits.
 */
export function openGradientSum(sessions: TuningSessions, length: number): SumGradients {
  // Those of a pass of additions, the sum, and one for each other worker, so that none waits while a piece before its own is under way.
  const free = openQueue(vectorsInPass + sessions.workers, () => shareVector(length));
  let sum: SharedFloats | undefined;

  return async (pieces, take) => {
    if (sum !== undefined) free.give(sum);
    let loss = 0;
    let waiting: SharedFloats[] = [];
    let added = Promise.resolve();
    const add = async (piece: number, vector: SharedFloats): Promise<void> => {
      // The first is the sum that the others are added to.
      if (piece === 0) sum = vector;
      else waiting.push(vector);
      if (sum === undefined || (waiting.length < vectorsInPass && piece < pieces - 1)) return;
      await addInBlocks(sum, waiting);
      waiting.forEach((done) => free.give(done));
      waiting = [];
    };
    await inLanes(sessions.workers, pieces, async (piece, worker) => {
      const given = Promise.all([take(), free.take()]);
      const run = given.then(([feeds, vector]) => sessions.gradient(feeds, worker, vector));
      added = Promise.all([run, given, added]).then(async ([own, [, vector]]) => {
        loss += own;
        await add(piece, vector);
      });
      // Whoever waits for memory must not wait for ever; the failure is thrown here or in another lane.
      added.catch(async () => free.give((await given)[1])).catch(() => undefined);
      await run;
    });
    await added;
    if (sum === undefined) throw new RangeError('Expected a piece');
    return { loss, gradient: sum };
  };
}

async function addInBlocks(sum: Float32Array, vectors: readonly Float32Array[]): Promise<void> {
  for (let from = 0; from < sum.length && vectors.length > 0; from += blockLength) {
    addVectors(sum, vectors, from, Math.min(from + blockLength, sum.length));
    await setImmediate();
  }
}

/** Hands out vectors, in the order that they are asked for, and makes at most so many. */
function openQueue(
  most: number,
  make: () => SharedFloats,
): { take(): Promise<SharedFloats>; give(vector: SharedFloats): void } {
  const free: SharedFloats[] = [];
  const waiting: ((vector: SharedFloats) => void)[] = [];
  let made = 0;
  return {
    take: () =>
      new Promise((resolve) => {
        const vector = free.pop() ?? (made++ < most ? make() : undefined);
        if (vector === undefined) waiting.push(resolve);
        else resolve(vector);
      }),
    give(vector) {
      const next = waiting.shift();
      if (next === undefined) free.push(vector);
      else next(vector);
    },
  };
}
