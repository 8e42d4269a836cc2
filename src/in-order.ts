import { throwIfCancelled } from './errors.ts';

/**
 * Works on several things at a time and gives the results in the order of the things, whatever is done first. No more than `window` are
 * under way or waiting for their turn, so that memory does not grow with their number.
 *
 * @throws RegraftError `CANCELLED`, and what the work throws, once the results before it were given; the rest of what had begun is waited for.
 */
export async function* runInOrder<Thing, Result>(
  things: Iterable<Thing> | AsyncIterable<Thing>,
  work: (thing: Thing) => Promise<Result>,
  window: number,
  signal?: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const pending: Promise<Result>[] = [];
  try {
    for await (const thing of things) {
      throwIfCancelled(signal);
      const result = work(thing);
      // Its error is thrown when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      pending.push(result);
      if (pending.length >= window) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
  }
}
