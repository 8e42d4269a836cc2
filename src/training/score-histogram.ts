import type { RunRecord } from '../model/run-record.ts';

const bins = 24;

/**
 * Counts how far scores lie above (or below) the threshold in equally wide bins, from the smallest to the largest.
 *
 * @param known distances of known photos
 * @param leftOut distances of photos of classes that were left out; absent: none were
 */
export function countScores(
  known: Float64Array,
  leftOut: Float64Array | undefined,
): NonNullable<RunRecord['unknown']>['histogram'] {
  const all = [...known, ...(leftOut ?? [])];
  const from = all.reduce((one, other) => Math.min(one, other), 0);
  const to = all.reduce((one, other) => Math.max(one, other), 0);
  const count = (values: Float64Array): number[] => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values) {
      const bin = to > from ? Math.floor(((value - from) / (to - from)) * bins) : 0;
      counts[Math.min(bins - 1, bin)]! += 1;
    }
    return counts;
  };
  return { from, to, known: count(known), leftOut: leftOut === undefined ? null : count(leftOut) };
}
