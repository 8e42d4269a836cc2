import type { LabelledRows } from './head.ts';
import { readRows } from './row-reader.ts';

/** A tap whose values differ from another's by less than this share of their spread says nothing of its own. */
const copyDifference = 0.2;
const comparedRows = 64;
/** Shares of the taps that are tried, the last ones first: they know most of what a photo shows. */
const shares = [0.25, 0.5, 0.75, 1];

/**
 * Lists the sets of taps that are worth a try, each as ascending indices: the last tap alone, the last quarter, half and three quarters of
 * them, and all. Taps that nearly repeat a later one are in none of them: where a network ends in a global pool, its last
 * spatial tap is the bottleneck again.
 *
 * @param sizes - Columns of each tap.
 */
export async function listTapSets(rows: LabelledRows, sizes: readonly number[]): Promise<number[][]> {
  const own = await findOwnTaps(rows, sizes);
  const counts = [1, ...shares.map((share) => Math.ceil(own.length * share))];
  return [...new Set(counts)].map((count) => own.slice(-count));
}

/** The set to take where there are too few photos to compare sets: the last quarter. */
export function middleTapSet(sets: readonly (readonly number[])[]): readonly number[] {
  return sets[Math.min(1, sets.length - 1)] ?? [];
}

async function findOwnTaps({ features }: LabelledRows, sizes: readonly number[]): Promise<number[]> {
  const { columns } = features;
  const rows = Math.min(features.rows, comparedRows);
  const values = new Float32Array(rows * columns);
  const reader = readRows(features);
  // From all classes: rows lie in the order of their labels.
  for (let row = 0; row < rows; row++) {
    const from = Math.floor((row * features.rows) / rows);
    await reader.read(from, from + 1, values, row * columns);
  }
  const firsts = sizes.map((_, tap) => sizes.slice(0, tap).reduce((sum, size) => sum + size, 0));
  const repeats = (tap: number, later: number): boolean => {
    const size = sizes[tap] ?? 0;
    if (size !== sizes[later]) return false;
    const at = (row: number, of: number, column: number): number =>
      values[row * columns + (firsts[of] ?? 0) + column] ?? 0;
    let [difference, spread] = [0, 0];
    for (let column = 0; column < size; column++) {
      let mean = 0;
      for (let row = 0; row < rows; row++) mean += at(row, later, column) / rows;
      for (let row = 0; row < rows; row++) {
        difference += (at(row, tap, column) - at(row, later, column)) ** 2;
        spread += (at(row, later, column) - mean) ** 2;
      }
    }
    return Math.sqrt(difference) < copyDifference * Math.sqrt(spread);
  };
  const taps = [...sizes.keys()];
  return taps.filter((tap) => !taps.slice(tap + 1).some((later) => repeats(tap, later)));
}
