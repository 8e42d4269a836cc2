import { busyWorkers } from './busy-workers.ts';
import { gradientVectors } from './gradient-sum.ts';
import type { TuningSettings } from './settings.ts';

// Node, onnxruntime and what else a process holds.
const baseBytes = 200e6;
// In each worker: its parameters, the gradients in onnxruntime's memory and as two or three results that the collector has not yet taken.
const vectorsOfWorker = 7.5;
// The start, the weights, the best ones and the optimizer's.
const vectorsOfState = 4;
// Workspaces and fragments, beside the tensors of a row.
const rowFactor = 2.5;

/**
 * Estimates the memory that a fine-tuning needs in all, in bytes, with some room: what was measured on the last blocks of Inception v3 was 80
 * to 95 % of it.
 *
 * @param parameters - How many numbers are trained.
 * @param bytesPerRow - Of the gradient graph (see onnx/gradient/bytes-per-row.ts).
 */
export function estimateTuningMemory(
  parameters: number,
  bytesPerRow: number,
  settings: Pick<TuningSettings, 'optimizer' | 'average' | 'batchSize' | 'microBatch'>,
  workers: number,
): number {
  const { optimizer, average, batchSize, microBatch } = settings;
  const busy = busyWorkers(settings, workers);
  const pieces = Math.ceil(batchSize / microBatch);
  const vectors =
    vectorsOfState +
    (optimizer === 'adamw' ? 1 : 0) +
    (average === null ? 0 : 1) +
    Math.min(pieces, gradientVectors(busy)) +
    vectorsOfWorker * busy;
  return baseBytes + 4 * parameters * vectors + busy * microBatch * bytesPerRow * rowFactor;
}
