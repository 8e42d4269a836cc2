import type { Dataset } from '../dataset/dataset.ts';
import { RegraftError } from '../errors.ts';
import type { FinishedRun } from '../runs/finished-run.ts';
import { readUsedPhotos } from '../runs/read-used-photos.ts';

/**
 * Makes sure that a training that has just finished used the photos that were there when the first seed began, but those that it lists as
 * left out.
 *
 * @throws RegraftError `RUNS_DIFFER` naming a photo
 */
export async function checkUsedPhotos({ photos }: Dataset, { folder, record }: FinishedRun): Promise<void> {
  const expected = new Map(photos.map(({ path, sha256 }) => [path, sha256]));
  for (const { path, sha256 } of await readUsedPhotos(folder)) {
    if (expected.get(path) !== sha256) throw changed(path);
    expected.delete(path);
  }
  for (const { path } of record.skipped) expected.delete(path);
  for (const path of expected.keys()) throw changed(path);
}

function changed(path: string): RegraftError {
  return new RegraftError(
    'RUNS_DIFFER',
    `Expected the same photos for all seeds, but ${path} changed meanwhile.`,
    {
      hint: 'Run the same command again when the photos are as they should be.',
    },
  );
}
