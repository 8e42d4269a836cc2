import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { busyWorkers } from './busy-workers.ts';

it('opens no more workers than a batch has pieces', () => {
  const settings = { batchSize: 32, microBatch: 10 };
  expect([1, 3, 4, 5, 64].map((workers) => busyWorkers(settings, workers))).toEqual([1, 3, 4, 4, 4]);
  expect(busyWorkers({ batchSize: 1000, microBatch: 1 })).toBe(Math.min(1000, availableParallelism()));
});
