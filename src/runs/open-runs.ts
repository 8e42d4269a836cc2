import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import { finishSave } from '../model/pending-save.ts';
import type { FinishedRun } from './finished-run.ts';
import { type FinishedRepeats, readRepeats, repeatsFileName } from './read-repeats.ts';
import { readRun, runFileName } from './read-run.ts';

/** What several folders hold: single runs, or repeats of one training each; in the order given. */
export type OpenedRuns =
  | { readonly kind: 'runs'; readonly runs: readonly FinishedRun[] }
  | { readonly kind: 'repeats'; readonly repeats: readonly FinishedRepeats[] };

/**
 * Reads the folders of finished trainings.
 *
 * @throws RegraftError `RUN_NOT_FOUND` for a path that is none, `RUN_INVALID` for a damaged one, `INVALID_OPTION` for one given twice or
 * for runs beside repeats
 */
export async function openRuns(locations: readonly string[]): Promise<OpenedRuns> {
  const kinds: ('runs' | 'repeats')[] = [];
  const seen = new Map<string, string>();
  for (const location of locations) {
    kinds.push(await findKind(location));
    const folder = await realpath(location);
    if (seen.has(folder)) {
      throw new RegraftError('INVALID_OPTION', `Expected different runs but received ${location} twice.`, {
        hint: 'Give the folders of two trainings.',
      });
    }
    seen.set(folder, location);
  }
  const single = kinds.indexOf('runs');
  const repeated = kinds.indexOf('repeats');
  if (single !== -1 && repeated !== -1) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected single runs or repeats but received both: ${locations[single] ?? ''} is a run, ${locations[repeated] ?? ''} holds repeats.`,
      { hint: 'Give the folder of one seed inside the repeats, or train the other with --repeats too.' },
    );
  }
  if (single === -1) {
    const repeats: FinishedRepeats[] = [];
    for (const location of locations) repeats.push(await readRepeats(location));
    return { kind: 'repeats', repeats };
  }
  const runs: FinishedRun[] = [];
  for (const location of locations) runs.push(await readRun(location));
  return { kind: 'runs', runs };
}

async function findKind(location: string): Promise<'runs' | 'repeats'> {
  const found = await stat(location).catch(() => undefined);
  if (found === undefined) throw notFound(location, 'it does not exist', hints.folder);
  if (!found.isDirectory()) throw notFound(location, 'it is a file', hints.folder);
  // What a killed process left half-way may still lie beside its place.
  await finishSave(location).catch(() => undefined);
  const isRun = await isFile(join(location, runFileName));
  const isRepeats = await isFile(join(location, repeatsFileName));
  if (isRun && isRepeats) throw notFound(location, 'it holds both a run and repeats', hints.seed);
  if (isRepeats) return 'repeats';
  if (isRun) return 'runs';
  throw notFound(location, `it holds neither ${runFileName} nor ${repeatsFileName}`, hints.folder);
}

const hints = {
  folder: 'Give the folder that `regraft train` wrote.',
  seed: 'Give the folder of one seed inside it, or move the model elsewhere.',
};

function notFound(location: string, problem: string, hint: string): RegraftError {
  return new RegraftError('RUN_NOT_FOUND', `Expected a finished training at ${location}, but ${problem}.`, {
    hint,
  });
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
