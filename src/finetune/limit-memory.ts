import { RegraftError } from '../errors.ts';
import { bytesPerRow } from '../onnx/gradient/bytes-per-row.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningGraphs } from './tuning-graphs.ts';

/** What gradients may take where nothing is said, bytes. */
const defaultLimit = 2 ** 32;
/** Vectors of all parameters that a fine-tuning holds: in the loop, and in each worker. */
const loopVectors = 6;
const workerVectors = 3;

/**
 * Takes fewer photos at once where what a gradient needs for them would be more than a limit. What is needed is estimated from above: onnxruntime uses memory again that is
 * free by then.
 *
 * @param limit - Bytes for all workers and the loop.
 * @throws RegraftError `INVALID_OPTION` where not even one photo at once fits.
 */
export function limitMemory(
  settings: TuningSettings,
  { gradient, parameters }: TuningGraphs,
  workers: number,
  limit: number = defaultLimit,
): TuningSettings {
  const length = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  const fixed = 4 * length * (loopVectors + workerVectors * workers);
  const row = bytesPerRow(gradient) * workers;
  const rows = Math.floor((limit - fixed) / row);
  if (rows >= 1) return { ...settings, microBatch: Math.min(settings.microBatch, rows) };
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a memory limit of at least ${megabytes(fixed + row)} for fine-tuning but received ${megabytes(limit)}.`,
    { hint: 'Train fewer blocks, use fewer workers (--workers 1), or raise --memory-limit.' },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
