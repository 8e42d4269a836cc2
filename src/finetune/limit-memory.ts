import { RegraftError } from '../errors.ts';
import { bytesPerRow } from '../onnx/gradient/bytes-per-row.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningGraphs } from './tuning-graphs.ts';
import { estimateTuningMemory } from './tuning-memory.ts';

/** What a fine-tuning may take where nothing is said, bytes. */
const defaultLimit = 2 ** 32;

/**
 * Takes fewer photos at once where what a fine-tuning needs with them would be more than a limit, as {@link estimateTuningMemory} tells.
 *
 * @param limit - Bytes of the whole process.
 * @throws RegraftError `INVALID_OPTION` where not even one photo at once fits.
 */
export function limitMemory(
  settings: TuningSettings,
  { gradient, parameters }: TuningGraphs,
  workers: number,
  limit: number = defaultLimit,
): TuningSettings {
  const length = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  const row = bytesPerRow(gradient);
  const needed = (microBatch: number): number =>
    estimateTuningMemory(length, row, { ...settings, microBatch }, workers);
  for (let { microBatch } = settings; microBatch >= 1; microBatch--) {
    if (needed(microBatch) <= limit) return { ...settings, microBatch };
  }
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected a memory limit of at least ${megabytes(needed(1))} for fine-tuning but received ${megabytes(limit)}.`,
    { hint: 'Train fewer blocks, use fewer workers (--workers 1), or raise --memory-limit.' },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
