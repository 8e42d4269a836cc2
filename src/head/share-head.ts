import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { PinnedTensor, SessionPool } from '../runtime/session-pool.ts';
import type { LinearHead } from './score.ts';

const smallHeadBytes = 2 ** 20;

/** A head as a run takes it. */
export interface HeadFeeds {
  readonly weights: Tensor | PinnedTensor;
  readonly bias: Tensor | PinnedTensor;
}

/** A head that the workers of a pool can use. */
export interface SharedHead {
  readonly feeds: (worker: number) => HeadFeeds;
  readonly release: () => Promise<void>;
}

/** Gets a head to the workers: small ones with every run, which spares waiting; large ones once to each worker. */
export async function shareHead(
  pool: SessionPool,
  { weights, bias }: LinearHead,
  columns: number,
  runs: number,
): Promise<SharedHead> {
  const dims = [bias.length, columns];
  if (weights.byteLength * runs <= smallHeadBytes) {
    const feeds = (): HeadFeeds => ({
      weights: floats(dims, weights.slice()),
      bias: floats([bias.length], bias.slice()),
    });
    return { feeds, release: () => Promise.resolve() };
  }
  const pinned = new Map<number, { weights: PinnedTensor; bias: PinnedTensor }>();
  for (let worker = 0; worker < pool.workers; worker++) {
    pinned.set(worker, {
      weights: await pool.pin(floats(dims, weights), worker),
      bias: await pool.pin(floats([bias.length], bias), worker),
    });
  }
  return {
    feeds: (worker) => {
      const own = pinned.get(worker);
      if (own === undefined) {
        throw new RangeError(`Expected a worker below ${pool.workers} but received ${worker}`);
      }
      return own;
    },
    release: async () => {
      await Promise.all(
        [...pinned.values()].flatMap((own) => [pool.unpin(own.weights), pool.unpin(own.bias)]),
      );
    },
  };
}
