import { availableParallelism } from 'node:os';
import type { TuningSettings } from './settings.ts';

/**
 * Gives how many workers a fine-tuning opens: those that are allowed, but no more than a batch has pieces, as others would hold the parameters
 * for nothing.
 *
 * @param workers - Those that are allowed. @default one a core
 */
export function busyWorkers(
  { batchSize, microBatch }: Pick<TuningSettings, 'batchSize' | 'microBatch'>,
  workers: number = availableParallelism(),
): number {
  return Math.min(workers, Math.ceil(batchSize / microBatch));
}
