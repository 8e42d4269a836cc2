import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '../onnx/graph.ts';
import type { SharedFloats } from '../runtime/session-pool.ts';
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

/**
 * Opens the computation of gradients on all workers. The pieces of a batch are summed in their order, however many workers there are and
 * whichever is first, so that the same batch gives the same bits.
 */
export function openGradientSum(sessions: TuningSessions, length: number): SumGradients {
  // One more than the workers, so that none waits while a piece before its own is still under way.
  const free = openQueue(Array.from({ length: sessions.workers + 1 }, () => shareVector(length)));
  let sum = shareVector(length);

  return async (pieces, take) => {
    let loss = 0;
    let added = Promise.resolve();
    await inLanes(sessions.workers, pieces, async (piece, worker) => {
      const given = Promise.all([take(), free.take()]);
      const run = given.then(([feeds, vector]) => sessions.gradient(feeds, worker, vector));
      added = Promise.all([run, given, added]).then(async ([own, [, vector]]) => {
        loss += own;
        if (piece > 0) await addVector(sum, vector);
        // The first is the sum that the others are added to.
        free.give(piece > 0 ? vector : sum);
        if (piece === 0) sum = vector;
      });
      // Whoever waits for memory must not wait for ever; the failure is thrown here or in another lane.
      added.catch(async () => free.give((await given)[1])).catch(() => undefined);
      await run;
    });
    await added;
    return { loss, gradient: sum };
  };
}

async function addVector(sum: Float32Array, vector: Float32Array): Promise<void> {
  for (let from = 0; from < sum.length; from += blockLength) {
    addBlock(sum, vector, from, Math.min(from + blockLength, sum.length));
    await setImmediate();
  }
}

function addBlock(sum: Float32Array, vector: Float32Array, from: number, to: number): void {
  for (let index = from; index < to; index++) sum[index] = sum[index]! + vector[index]!;
}

/** Hands out vectors in the order that they are asked for. */
function openQueue(vectors: SharedFloats[]): {
  take(): Promise<SharedFloats>;
  give(vector: SharedFloats): void;
} {
  const waiting: ((vector: SharedFloats) => void)[] = [];
  return {
    take: () =>
      new Promise((resolve) => {
        const vector = vectors.pop();
        if (vector === undefined) waiting.push(resolve);
        else resolve(vector);
      }),
    give(vector) {
      const next = waiting.shift();
      if (next === undefined) vectors.push(vector);
      else next(vector);
    },
  };
}
