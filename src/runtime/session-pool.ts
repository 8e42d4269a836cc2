import { availableParallelism } from 'node:os';
import { cancelledError, RegraftError, throwIfCancelled } from '../errors.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/write.ts';
import { adaptToMachine } from './adapt-to-machine.ts';
import type { PinnedTensor, SharedFloats } from './messages.ts';
import { returnWorkerThread, takeWorkerThread, type WorkerThread } from './session-worker-thread.ts';

export type { PinnedTensor, SharedFloats } from './messages.ts';

/** What a run may be told. */
export interface RunOptions {
  /** The worker to use; needed with pinned tensors, which lie in one worker's memory. @default the first free one */
  readonly worker?: number;
  readonly signal?: AbortSignal | undefined;
  /** Moves the buffers of the feeds to the worker instead of copying them: they are empty afterwards. @default false */
  readonly transfer?: boolean;
  /** Outputs that the worker writes into shared memory, of their size; they are not among those that are given back. */
  readonly into?: Readonly<Record<string, SharedFloats>>;
}

/** The same graph in several worker threads, each computing on one core. */
export interface SessionPool extends AsyncDisposable {
  /** The number of worker threads. */
  readonly workers: number;
  /**
   * Runs the graph; waits for a worker when all are busy.
   *
   * @throws RegraftError `RUNTIME_FAILED`, or `CANCELLED` when the signal is aborted before it starts: a run that has begun is not interrupted.
   */
  run(
    feeds: Readonly<Record<string, Tensor | PinnedTensor>>,
    options?: RunOptions,
  ): Promise<Readonly<Record<string, Tensor>>>;
  /** Puts a tensor into a worker's memory once, for many runs. */
  pin(tensor: Tensor, worker: number): Promise<PinnedTensor>;
  unpin(tensor: PinnedTensor): Promise<void>;
  /** Gives pinned tensors other values of the same shape; from shared memory they are not sent, only copied by the worker. */
  refill(values: ReadonlyMap<PinnedTensor, Tensor>): Promise<void>;
  /** Opens another graph in the same threads, which can be fed the same pinned tensors. It is closed by itself or with this pool. */
  openBeside(model: Model | Uint8Array): Promise<SessionPool>;
}

let lastPinned = 0;
let lastSession = 0;

/**
 * Opens a graph in worker threads, so that the main thread stays free for progress, signals and servers.
 * A {@link Model} is adapted to this machine first (int8 weights where its kernels are exact); bytes are taken as they are.
 *
 * @throws RegraftError `RUNTIME_MISSING` when onnxruntime-node is not installed, `RUNTIME_FAILED` when it refuses the graph,
 * `INVALID_OPTION`.
 */
export async function openSessions(
  model: Model | Uint8Array,
  options: { workers?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<SessionPool> {
  throwIfCancelled(options.signal);
  const { workers = availableParallelism() } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a positive integer for workers but received ${workers}.`,
    );
  }
  const threads = Array.from({ length: workers }, takeWorkerThread);
  const giveBack = (): void => threads.filter(({ alive }) => alive).forEach(returnWorkerThread);
  return await openIn(threads, model, giveBack, options.signal);
}

async function openIn(
  threads: readonly WorkerThread[],
  model: Model | Uint8Array,
  onClosed: () => void,
  signal?: AbortSignal,
): Promise<SessionPool> {
  const session = ++lastSession;
  const pool = poolOf(threads, session, onClosed);
  try {
    const bytes = model instanceof Uint8Array ? model : encodeModel(await adaptToMachine(model, threads[0]!));
    await Promise.all(threads.map((thread) => thread.ask({ type: 'open', session, model: bytes })));
    throwIfCancelled(signal);
    return pool;
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

function poolOf(threads: readonly WorkerThread[], session: number, onClosed: () => void): SessionPool {
  const beside: SessionPool[] = [];
  const pins = new Set<PinnedTensor>();
  let closed = false;
  const free = threads.map((_, index) => index);
  const queue: ((worker: number) => void)[] = [];
  const release = (worker: number): void => {
    const next = queue.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  const acquire = (): number | Promise<number> =>
    free.pop() ??
    new Promise<number>((resolve) => {
      queue.push(resolve);
    });
  const threadOf = (worker: number): WorkerThread => {
    const thread = threads[worker];
    if (thread === undefined) {
      throw new RangeError(`Expected a worker below ${threads.length} but received ${worker}`);
    }
    return thread;
  };

  return {
    workers: threads.length,
    async run(feeds, { worker, signal, transfer = false, into = {} } = {}) {
      throwIfCancelled(signal);
      const buffers = transfer ? feedBuffers(feeds) : [];
      const request = { type: 'run', session, feeds, into } as const;
      // A named worker queues by itself: a thread takes one message after the other.
      if (worker !== undefined) return await threadOf(worker).ask(request, buffers);
      const acquired = await acquire();
      if (signal?.aborted === true) {
        release(acquired);
        throw cancelledError();
      }
      try {
        return await threadOf(acquired).ask(request, buffers);
      } finally {
        release(acquired);
      }
    },
    async pin(tensor, worker) {
      const pinned = ++lastPinned;
      await threadOf(worker).ask({ type: 'pin', pinned, tensor });
      const pin = { pinned, worker };
      pins.add(pin);
      return pin;
    },
    async unpin(pin) {
      pins.delete(pin);
      await threadOf(pin.worker).ask({ type: 'unpin', pinned: pin.pinned });
    },
    async refill(values) {
      const entriesOf = (worker: number): (readonly [number, Tensor])[] =>
        [...values].flatMap(([pin, tensor]) =>
          pin.worker === worker ? [[pin.pinned, tensor] as const] : [],
        );
      await Promise.all(
        [...new Set([...values.keys()].map(({ worker }) => worker))].map((worker) =>
          threadOf(worker).ask({ type: 'refill', values: entriesOf(worker) }),
        ),
      );
    },
    async openBeside(model) {
      const pool = await openIn(threads, model, () => undefined);
      beside.push(pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      await Promise.all(beside.map((pool) => pool[Symbol.asyncDispose]()));
      const living = threads.filter(({ alive }) => alive);
      await Promise.all(
        [...pins].filter(({ worker }) => threadOf(worker).alive).map((pin) => this.unpin(pin)),
      );
      await Promise.all(living.map((thread) => thread.ask({ type: 'close', session })));
      onClosed();
    },
  };
}

function feedBuffers(feeds: Readonly<Record<string, Tensor | PinnedTensor>>): ArrayBuffer[] {
  const whole = Object.values(feeds).flatMap((feed) =>
    // A part of a buffer is copied, as others may use the rest (Node gives out its small Buffers from a shared one).
    'pinned' in feed ||
    feed.data.buffer instanceof SharedArrayBuffer ||
    feed.data.byteLength < feed.data.buffer.byteLength
      ? []
      : [feed.data.buffer],
  );
  return [...new Set(whole)];
}
