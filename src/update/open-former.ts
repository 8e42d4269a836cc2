import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import { modelFileName } from '../model/load.ts';
import { finishSave } from '../model/pending-save.ts';
import { type RunRecord, runRecordSchema } from '../model/run-record.ts';
import { repeatsFileName } from '../runs/read-repeats.ts';
import { readRecord } from '../runs/read-record.ts';
import { runFileName } from '../runs/read-run.ts';
import { readUsedPhotos, type UsedPhoto } from '../runs/read-used-photos.ts';
import { readTested } from './read-tested.ts';
import type { TestedLabels } from './tested-photo.ts';

/** A trained model as its folder describes it, before an update. */
export interface FormerModel {
  /** Absolute path. */
  readonly folder: string;
  readonly record: RunRecord;
  /** Every photo of the training, as `split.csv` lists it. */
  readonly photos: readonly UsedPhoto[];
  readonly tested: readonly TestedLabels[];
}

/**
 * Reads a model that is to be updated. A save that a killed process left half-way is finished first.
 *
 * @throws RegraftError `RUN_NOT_FOUND` for a folder without the record of a training, `RUN_INVALID` for a damaged one
 */
export async function openFormer(folder: string): Promise<FormerModel> {
  if (!(await isThere(folder))) {
    throw notFound(folder, 'it does not exist', 'Give the folder that `regraft train` wrote.');
  }
  await finishSave(folder).catch(() => undefined);
  const file = join(folder, runFileName);
  if (!(await isThere(file))) throw await withoutRecord(folder);
  const record = await readRecord(file, runRecordSchema, 'the record of a training');
  return {
    folder,
    record,
    photos: await readUsedPhotos(folder),
    tested: await readTested(folder, record),
  };
}

async function withoutRecord(folder: string): Promise<RegraftError> {
  if (await isThere(join(folder, repeatsFileName))) {
    return notFound(
      folder,
      'it holds repeats, a model for each seed',
      `Update one of them: ${join(folder, 'seed-0')}.`,
    );
  }
  if (await isThere(join(folder, modelFileName))) {
    return notFound(
      folder,
      `its model was not trained here: it has no ${runFileName}`,
      'An imported classifier has no photos to learn from again. Train one of photos with `regraft train`; other names for its classes are given with `regraft import --labels`.',
    );
  }
  return notFound(folder, `it holds no ${runFileName}`, 'Give the folder that `regraft train` wrote.');
}

function notFound(folder: string, problem: string, hint: string): RegraftError {
  return new RegraftError('RUN_NOT_FOUND', `Expected a trained model at ${folder}, but ${problem}.`, {
    hint,
  });
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
