import { bodyBudget, type BodyBudget } from './body-budget.ts';
import { openLog, type ServerLog } from './log.ts';
import { listModels, type ModelList } from './model-list.ts';
import type { ResolvedAppOptions } from './options.ts';
import { openPhotoQueue, type PhotoQueue } from './photo-queue.ts';
import { openMetrics, type ServerMetrics } from './server-metrics.ts';

/** What all requests of a server share. */
export interface ServerState {
  readonly options: ResolvedAppOptions;
  readonly models: ModelList;
  readonly queue: PhotoQueue;
  readonly bodies: BodyBudget;
  readonly metrics: ServerMetrics;
  readonly log: ServerLog;
  /** The most files that a form may hold. */
  readonly maxFiles: number;
  /** True once the server takes no more photos. */
  stopping: boolean;
}

/**
 * Opens what the requests of a server share; no model is loaded yet.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function openState(locations: readonly string[], options: ResolvedAppOptions): ServerState {
  const { workers, queue: capacity, maxBodyBytes, logLevel, writeLog } = options;
  const models = listModels(locations, workers);
  // A few more than the workers, so that decoding overlaps with inference, as in `predict`.
  const queue = openPhotoQueue(workers * 2 + 2, capacity);
  const bodies = bodyBudget(Math.max(256_000_000, 4 * maxBodyBytes));
  return {
    options,
    models,
    queue,
    bodies,
    metrics: openMetrics(queue, bodies, models),
    log: openLog(logLevel, writeLog),
    maxFiles: Math.min(64, capacity),
    stopping: false,
  };
}
