import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import type { FinishedRun } from './finished-run.ts';
import { readRecord } from './read-record.ts';
import { readRun } from './read-run.ts';
import { type RepeatsRecord, repeatsRecordSchema } from './repeats-record.ts';

/** The file that tells a folder of repeated trainings. */
export const repeatsFileName = 'repeats.json';

/** Repeated trainings, read back from their folder; `runs` has the order of the record's. */
export interface FinishedRepeats {
  /** Absolute path without links. */
  readonly folder: string;
  readonly record: RepeatsRecord;
  readonly runs: readonly FinishedRun[];
}

/**
 * Reads what `regraft train --repeats` wrote: `repeats.json` and the folder of each seed.
 *
 * @throws RegraftError `RUN_INVALID` when a file is damaged or missing, or when a seed was trained again in another way since
 */
export async function readRepeats(location: string): Promise<FinishedRepeats> {
  const folder = await realpath(location);
  const file = join(folder, repeatsFileName);
  const record = await readRecord(file, repeatsRecordSchema, 'the record of repeated trainings');
  const runs: FinishedRun[] = [];
  for (const entry of record.runs) {
    const run = await readRun(join(folder, entry.folder));
    const { split, metrics } = run.record;
    if (split.seed !== entry.seed || metrics.test.logLoss !== entry.logLoss) {
      throw new RegraftError(
        'RUN_INVALID',
        `Expected the training that ${file} speaks of but found another one in ${run.folder}.`,
        { hint: 'Give the command with --repeats again: it trains again what is not as it was.' },
      );
    }
    runs.push(run);
  }
  return { folder, record, runs };
}
