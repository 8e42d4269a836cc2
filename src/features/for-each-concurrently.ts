/** Runs an action for every item, a few at a time; stops when one gives false or throws, after the running ones have ended. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<boolean>,
): Promise<void> {
  const iterator = items.values();
  let stopped = false;
  const lane = async (): Promise<void> => {
    for (const item of iterator) {
      if (stopped) return;
      try {
        if (!(await action(item))) stopped = true;
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
