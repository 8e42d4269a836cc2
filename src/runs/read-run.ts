import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { RegraftError } from '../errors.ts';
import { finishSave } from '../model/pending-save.ts';
import { type RunRecord, runRecordSchema } from '../model/run-record.ts';
import type { FinishedRun, TestedPhoto } from './finished-run.ts';
import { type PredictionRow, readPredictions } from './read-predictions.ts';
import { readRecord } from './read-record.ts';
import { readUsedPhotos, type UsedPhoto } from './read-used-photos.ts';
import { runFileError } from './run-file-error.ts';

/** The file that tells a folder of a finished training. */
export const runFileName = 'run.json';

/**
 * Reads a finished training from its folder: `run.json`, `split.csv` and `predictions.csv`, and checks that they belong together. A save
 * that a killed process left half-way is finished first.
 *
 * @throws RegraftError `RUN_INVALID` naming the file and what is wrong in it
 */
export async function readRun(location: string): Promise<FinishedRun> {
  const folder = await realpath(location).catch((error: unknown) => {
    throw runFileError(location, error);
  });
  await finishSave(folder).catch(() => undefined);
  const record = await readRecord(join(folder, runFileName), runRecordSchema, 'the record of a training');
  refuseSeveralLabels(folder, record);
  const rows = await readPredictions(join(folder, 'predictions.csv'), record.dataset.classes);
  const photos = await readUsedPhotos(folder);
  return { folder, record, learnedFrom: learnedFrom(photos), tested: joinRows(folder, record, photos, rows) };
}

function refuseSeveralLabels(folder: string, { dataset }: RunRecord): void {
  if (dataset.task === 'single-label') return;
  throw new RegraftError(
    'RUN_INVALID',
    `Expected a training with one class a photo but found one with several labels a photo in ${folder}.`,
    { hint: 'Compare the mean average precision in the two reports by hand.' },
  );
}

function learnedFrom(photos: readonly UsedPhoto[]): string {
  const hashes = photos.flatMap(({ sha256, part }) => (part === 'test' ? [] : [sha256]));
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex');
}

function joinRows(
  folder: string,
  { metrics: { test } }: RunRecord,
  photos: readonly UsedPhoto[],
  rows: readonly PredictionRow[],
): TestedPhoto[] {
  const hashes = new Map(
    photos.flatMap(({ path, sha256, part }) => (part === 'test' ? [[path, sha256]] : [])),
  );
  const copies = new Map<string, number>();
  const tested = rows.map(({ path, ...row }): TestedPhoto => {
    const sha256 = hashes.get(path);
    if (sha256 === undefined) {
      throw mixed(folder, `predictions.csv has ${path}, which is no test photo of split.csv`);
    }
    const copy = (copies.get(sha256) ?? 0) + 1;
    copies.set(sha256, copy);
    return { key: copy === 1 ? sha256 : `${sha256}#${copy}`, path, ...row };
  });
  if (tested.length !== hashes.size) {
    throw mixed(folder, `split.csv has ${hashes.size} test photos, predictions.csv ${tested.length}`);
  }
  const right = tested.filter((photo) => photo.right).length;
  if (tested.length !== test.count || right !== Math.round(test.accuracy * test.count)) {
    throw mixed(
      folder,
      `predictions.csv has ${right} of ${tested.length} right, run.json ${Math.round(test.accuracy * test.count)} of ${test.count}`,
    );
  }
  return tested;
}

function mixed(folder: string, problem: string): RegraftError {
  return new RegraftError('RUN_INVALID', `Expected the files of one run in ${folder}, but ${problem}.`, {
    hint: 'Train it again, or copy the whole folder again from where it came.',
  });
}
