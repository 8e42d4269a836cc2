// folders → runs (checked) → the same test photos of each → figures, differences, verdicts
//           runs/             runs/                         evaluate/ + runs/

import { z } from 'zod';
import { RegraftError } from './errors.ts';
import { flag, invalidValue, parseOptions } from './options.ts';
import { compareRepeats } from './runs/compare-repeats.ts';
import { compareSingleRuns } from './runs/compare-single-runs.ts';
import type { Comparison } from './runs/comparison.ts';
import { nameRuns } from './runs/name-runs.ts';
import { openRuns } from './runs/open-runs.ts';

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  /** Compares on the photos, and of repeats on the seeds, that all runs tested, where these differ. @default false */
  readonly common?: boolean | undefined;
}

const schema = z.strictObject({ common: flag().default(false) });

/**
 * Compares finished trainings with the first of them on the same test photos.
 *
 * @param runs - Folders that `train` wrote, or folders of repeats; two at least, all of one kind.
 * @throws RegraftError `RUN_NOT_FOUND`, `RUN_INVALID`, `RUNS_DIFFER` or `INVALID_OPTION`.
 */
export async function compareRuns(
  runs: readonly string[],
  options: CompareOptions = {},
): Promise<Comparison> {
  const { common } = parseOptions(schema, options, 'compareRuns');
  checkLocations(runs);
  const opened = await openRuns(runs);
  const names = nameRuns(runs);
  const nameOf = (index: number): string => names[index] ?? '';
  if (opened.kind === 'repeats') {
    return compareRepeats(
      opened.repeats.map((repeats, index) => ({ name: nameOf(index), ...repeats })),
      common,
    );
  }
  return compareSingleRuns(
    opened.runs.map((run, index) => ({ name: nameOf(index), run })),
    common,
  );
}

function checkLocations(runs: unknown): void {
  const isList = Array.isArray(runs) && runs.every((run) => typeof run === 'string' && run !== '');
  if (!isList) throw invalidValue('a list of paths', 'the runs', runs);
  if (runs.length >= 2) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected two runs or more to compare but received ${runs.length === 1 ? 'one' : 'none'}.`,
    { hint: 'For example: regraft compare flowers-model other-model' },
  );
}
