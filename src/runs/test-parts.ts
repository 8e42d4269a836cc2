import type { FinishedRun, TestedPhoto } from './finished-run.ts';

/** Photos tested for each one that was learned from or chosen by, over all runs. */
export function testShareOf(runs: readonly FinishedRun[]): number {
  const sum = (count: (run: FinishedRun) => number): number =>
    runs.reduce((total, run) => total + count(run), 0);
  return (
    sum(({ record }) => record.split.test) /
    sum(({ record }) => record.split.training + record.split.validation)
  );
}

/** Whether the test parts of several seeds hold the same photos, as when a split file gave all of them one split. */
export function haveOneTestPart(parts: readonly (readonly TestedPhoto[])[]): boolean {
  const [first = [], ...others] = parts;
  const keys = new Set(first.map(({ key }) => key));
  return others.every((part) => part.length === keys.size && part.every(({ key }) => keys.has(key)));
}

/** Counts the photos of several test parts, each photo once. */
export function countPhotos(parts: readonly (readonly TestedPhoto[])[]): number {
  return new Set(parts.flatMap((part) => part.map(({ key }) => key))).size;
}
