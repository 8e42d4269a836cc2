import { cancelledError, RegraftError } from '../errors.ts';

/** Where photos wait until they are decoded and classified; of all models together. */
export interface PhotoQueue {
  /** Photos that wait. */
  readonly waiting: number;
  /** Photos that are being decoded or classified. */
  readonly underWay: number;
  /** The most photos that may wait. */
  readonly capacity: number;
  /**
   * Tells a request that it comes too early, before its body is read.
   *
   * @throws RegraftError `SERVER_BUSY` when nothing more may wait.
   */
  checkRoom(): void;
  /**
   * Does the work of a request's photos in the order of all requests. Photos that still wait when the signal is aborted are dropped; what has begun
   * is finished, and keeps its place until then.
   *
   * @returns the results, in the order of the work
   * @throws RegraftError `SERVER_BUSY` when so many photos find no room, `CANCELLED`.
   */
  run<T>(works: readonly (() => Promise<T>)[], signal: AbortSignal): Promise<T[]>;
  /** How long a client should wait before it asks again, whole seconds. */
  retryAfterSeconds(): number;
  /** Waits until nothing is under way and nothing waits. */
  idle(): Promise<void>;
}

/** Opens a queue that does `width` photos at a time and lets `capacity` more wait. */
export function openPhotoQueue(width: number, capacity: number): PhotoQueue {
  const queue = new Set<() => void>();
  const idlers: (() => void)[] = [];
  let underWay = 0;
  // How long one photo takes, a moving average; the first guess only matters until the first photo.
  let photoMs = 50;

  const beginNext = (): void => {
    while (underWay < width) {
      const [next] = queue;
      if (next === undefined) break;
      queue.delete(next);
      next();
    }
    if (underWay === 0) for (const wake of idlers.splice(0)) wake();
  };
  const busy = (): RegraftError =>
    new RegraftError(
      'SERVER_BUSY',
      `Expected room in the queue, but ${queue.size} of ${capacity} photos wait already.`,
      { hint: 'Send it again after the seconds of the header Retry-After.' },
    );
  const begin = async <T>(work: () => Promise<T>): Promise<T> => {
    underWay++;
    const start = performance.now();
    try {
      return await work();
    } finally {
      underWay--;
      photoMs += (performance.now() - start - photoMs) / 16;
      beginNext();
    }
  };

  return {
    get waiting() {
      return queue.size;
    },
    get underWay() {
      return underWay;
    },
    capacity,
    checkRoom() {
      if (queue.size >= capacity) throw busy();
    },
    async run<T>(works: readonly (() => Promise<T>)[], signal: AbortSignal): Promise<T[]> {
      if (signal.aborted) throw cancelledError();
      const free = width - underWay;
      // Whoever finds the queue empty is let in, however many photos it brings: no later moment would suit it better.
      if (queue.size > 0 && queue.size + works.length > capacity + free) throw busy();
      const drops: (() => void)[] = [];
      const drop = (): void => {
        for (const dropOne of drops) dropOne();
      };
      const results = works.map(
        (work) =>
          new Promise<T>((resolve, reject) => {
            const start = (): void => {
              begin(work).then(resolve, reject);
            };
            queue.add(start);
            drops.push(() => {
              if (queue.delete(start)) reject(cancelledError());
            });
          }),
      );
      signal.addEventListener('abort', drop);
      beginNext();
      try {
        return await Promise.all(results);
      } finally {
        signal.removeEventListener('abort', drop);
        // Where one has failed, the others are wanted no more.
        drop();
      }
    },
    retryAfterSeconds() {
      return Math.min(60, Math.max(1, Math.ceil((queue.size * photoMs) / width / 1000)));
    },
    async idle() {
      if (underWay === 0) return;
      await new Promise<void>((resolve) => idlers.push(resolve));
    },
  };
}
