import { RegraftError } from '../errors.ts';
import { alignRuns } from './align-runs.ts';
import type { FinishedRun, TestedPhoto } from './finished-run.ts';

/** Repeats of one training with the name that messages give them. */
export interface NamedRepeats {
  readonly name: string;
  readonly folder: string;
  readonly runs: readonly FinishedRun[];
}

/** Repeats of one training with the test photos that are compared, seed by seed. */
export interface PairedRepeats extends NamedRepeats {
  /** `[seeds][photos]`, the same photos in the same order for every training. */
  readonly tested: readonly (readonly TestedPhoto[])[];
}

/**
 * Finds the seeds, and in each the test photos, of several repeated trainings.
 *
 * @param common Whether to take the seeds that all of them have, and in each the photos that all of them tested.
 * @throws RegraftError `RUNS_DIFFER` for other seeds or other photos unless `common`, and for fewer than two seeds
 */
export function pairSeeds(
  repeats: readonly NamedRepeats[],
  common: boolean,
): { seeds: number[]; paired: PairedRepeats[] } {
  const seeds = findSeeds(repeats, common);
  const runs = repeats.map((one) =>
    seeds.flatMap((seed) => one.runs.find(({ record }) => record.split.seed === seed) ?? []),
  );
  const rows = seeds.map((seed, index) =>
    alignRuns(
      repeats.flatMap(({ name }, which) => {
        const run = runs[which]?.[index];
        return run === undefined ? [] : [{ name: `${name} (seed ${seed})`, run }];
      }),
      common,
    ),
  );
  return {
    seeds,
    paired: repeats.map(({ name, folder }, which) => ({
      name,
      folder,
      runs: runs[which] ?? [],
      tested: rows.map((row) => row[which] ?? []),
    })),
  };
}

function findSeeds(repeats: readonly NamedRepeats[], common: boolean): number[] {
  const lists = repeats.map(({ runs }) => runs.map(({ record }) => record.split.seed));
  const [first = [], ...others] = lists;
  const seeds = first.filter((seed) => others.every((other) => other.includes(seed)));
  const areSame = lists.every(({ length }) => length === seeds.length);
  if (seeds.length >= 2 && (areSame || common)) return seeds;
  const found = repeats.map(({ name }, index) => `${name} has ${lists[index]?.join(', ') ?? ''}`);
  const remedy = 'Train them with the same --seed and --repeats';
  throw new RegraftError(
    'RUNS_DIFFER',
    `Expected repeats of the same seeds, at least two, but ${found.join('; ')}.`,
    {
      hint:
        seeds.length < 2
          ? `${remedy}.`
          : `${remedy}, or compare on the ${seeds.length} seeds that all of them have with --common.`,
    },
  );
}
