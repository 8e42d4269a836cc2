import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import type { FinishedRun, TestedPhoto } from './finished-run.ts';

/** A finished run with the name that messages give it. */
export interface NamedRun {
  readonly name: string;
  readonly run: FinishedRun;
}

/**
 * Finds the test photos of several runs of the same classes, by their content: for each run the same photos in the same order.
 *
 * @param common Whether to take the photos that all runs tested; as a photo has one part in a run, none of them has learned from these.
 * @returns `[runs][photos]`, in the first run's order
 * @throws RegraftError `RUNS_DIFFER` for other classes or labels; for other test photos unless `common`; for none in common
 */
export function alignRuns(runs: readonly NamedRun[], common: boolean): TestedPhoto[][] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const tables = runs.map(({ run }) => new Map(run.tested.map((photo) => [photo.key, photo])));
  const shared = first.run.tested.filter(({ key }) => tables.every((table) => table.has(key)));
  for (const other of others) {
    checkClasses(first, other);
    if (!common) checkPhotos(first, other, shared.length);
  }
  if (shared.length === 0) {
    throw new RegraftError('RUNS_DIFFER', `No photo is in the test parts of all ${runs.length} runs.`, {
      hint: `Train the others with --split ${join(first.run.folder, 'split.csv')}, or with the same photos and --seed.`,
    });
  }
  const rows = tables.map((table) => shared.flatMap(({ key }) => table.get(key) ?? []));
  others.forEach((other, index) => checkLabels(first.name, rows[0] ?? [], other.name, rows[index + 1] ?? []));
  return rows;
}

function checkClasses(first: NamedRun, other: NamedRun): void {
  const [expected, found] = [first, other].map(({ run }) => run.record.dataset.classes);
  const missing = expected?.filter((name) => found?.includes(name) === false) ?? [];
  const added = found?.filter((name) => expected?.includes(name) === false) ?? [];
  if (missing.length + added.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`${other.name} lacks ${quoteSome(missing)}`] : []),
    ...(added.length > 0 ? [`${first.name} lacks ${quoteSome(added)}`] : []),
  ];
  throw new RegraftError('RUNS_DIFFER', `Expected runs of the same classes, but ${parts.join(' and ')}.`, {
    hint: 'Train both on the same classes.',
  });
}

function checkPhotos(first: NamedRun, other: NamedRun, shared: number): void {
  const [here, there] = [first, other].map(({ run }) => new Set(run.tested.map(({ key }) => key)));
  const onlyHere = [...(here ?? [])].filter((key) => there?.has(key) === false).length;
  const onlyThere = [...(there ?? [])].filter((key) => here?.has(key) === false).length;
  if (onlyHere + onlyThere === 0) return;
  const remedy = `Train ${other.name} with --split ${join(first.run.folder, 'split.csv')}, or with the same photos and --seed`;
  throw new RegraftError(
    'RUNS_DIFFER',
    `Expected runs with the same test photos, but ${countOf(onlyHere)} tested by ${first.name} alone and ${onlyThere} by ${other.name} alone.`,
    {
      hint:
        shared === 0
          ? `${remedy}.`
          : `${remedy}; or compare on the ${shared === 1 ? 'one photo' : `${shared} photos`} that all of them tested with --common.`,
    },
  );
}

function checkLabels(
  firstName: string,
  first: readonly TestedPhoto[],
  otherName: string,
  other: readonly TestedPhoto[],
): void {
  const differing = first.flatMap((photo, index) => {
    const label = other[index]?.label ?? '';
    return label === photo.label ? [] : [{ ...photo, other: label }];
  });
  const [photo] = differing;
  if (photo === undefined) return;
  throw new RegraftError(
    'RUNS_DIFFER',
    `Expected the same labels, but ${differing.length === 1 ? '1 test photo has' : `${differing.length} test photos have`} another one: ${photo.path} is "${photo.label}" in ${firstName} and "${photo.other}" in ${otherName}.`,
    { hint: 'Train again what was trained before the labels were corrected.' },
  );
}

function countOf(photos: number): string {
  return photos === 1 ? '1 photo was' : `${photos} photos were`;
}

function quoteSome(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
