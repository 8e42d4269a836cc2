/**
 * Runs pieces of a work in their order, one at a time on each worker, and always the next piece on the worker that is free. When one
 * fails, no more begin, and the failure is thrown once those that run have ended.
 */
export async function inLanes(
  workers: number,
  pieces: number,
  run: (piece: number, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (worker: number): Promise<void> => {
    try {
      while (next < pieces) await run(next++, worker);
    } catch (error) {
      next = pieces;
      throw error;
    }
  };
  const lanes = Array.from({ length: Math.min(workers, pieces) }, (_, worker) => lane(worker));
  for (const result of await Promise.allSettled(lanes)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
