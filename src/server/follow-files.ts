import { setTimeout as sleep } from 'node:timers/promises';
import type { ServedModel } from './served-model.ts';

/** Follows the files of models until it is stopped. */
export interface Following {
  stop(): Promise<void>;
}

/**
 * Looks at the files of models again and again. Polled, as the notices of file systems get lost on network drives, in containers, and when
 * a folder is replaced as a whole.
 */
export function followFiles(
  models: readonly ServedModel[],
  everyMs: number,
  told: (model: ServedModel, outcome: 'loaded' | 'failed') => void,
): Following {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isStopped = (): boolean => signal.aborted;
  const look = async (): Promise<void> => {
    while (!isStopped()) {
      // Keeps no process alive by itself.
      await sleep(everyMs, undefined, { ref: false, signal }).catch(() => undefined);
      for (const model of models) {
        if (isStopped()) return;
        const outcome = await model.follow();
        if (outcome !== 'same') told(model, outcome);
      }
    }
  };
  const looking = look();
  return {
    stop() {
      stopping.abort();
      return looking;
    },
  };
}
