import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../errors.ts';

/** Gives other work its turn where a long computation calls it. */
export type Rest = () => Promise<void>;

const longestMs = 15;

/**
 * Makes a {@link Rest} for computations on the main thread: called often, it lets timers, signals and progress run every 15 ms.
 *
 * @throws RegraftError `CANCELLED` from the rest itself when the signal is aborted.
 */
export function makeRest(signal: AbortSignal | undefined): Rest {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < longestMs) return;
    await setImmediate();
    throwIfCancelled(signal);
    last = performance.now();
  };
}
