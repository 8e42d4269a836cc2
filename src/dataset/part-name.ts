import type { Part } from './dataset.ts';

const partNames: ReadonlyMap<string, Part> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** The names of parts that folders and CSV files may use, for messages. */
export const partNameList = 'train, training, val, valid, validation, test or testing';

/** Tells which part a folder's name or a CSV cell means, in any case: `train`, `val`, `testing`, …; undefined for others. */
export function partFromName(name: string): Part | undefined {
  return partNames.get(name.trim().toLowerCase());
}
