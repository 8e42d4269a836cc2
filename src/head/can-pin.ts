import type { LabelledRows } from './head.ts';

const maxPinnedBytes = 2 ** 29;

/**
 * Tells whether features should also be kept in the memory of the workers: when they are in memory already and not more than
 * 512 MiB in all. Else they are read and sent in every pass, with the same result.
 */
export function canPin(parts: readonly LabelledRows[]): boolean {
  const bytes = parts.reduce((total, { features }) => total + 4 * features.rows * features.columns, 0);
  return parts.every(({ features }) => features.inMemory) && bytes <= maxPinnedBytes;
}
