import { join } from 'node:path';
import { readCsv } from '../dataset/csv.ts';
import { RegraftError } from '../errors.ts';
import type { RunRecord } from '../model/run-record.ts';
import { readRun } from '../runs/read-run.ts';
import { readUsedPhotos } from '../runs/read-used-photos.ts';
import { splitLabelCell } from './split-label-cell.ts';
import type { TestedLabels } from './tested-photo.ts';

/**
 * Reads what a finished training says of its test photos, whether they have one label or several.
 *
 * @throws RegraftError `RUN_INVALID` naming the file and what is wrong in it
 */
export async function readTested(folder: string, { dataset }: RunRecord): Promise<TestedLabels[]> {
  if (dataset.task === 'multi-label') return readSeveral(folder, dataset.classes);
  const { tested } = await readRun(folder);
  return tested.map(({ key, label, predicted }) => ({ key, labels: [label], predicted: [predicted] }));
}

async function readSeveral(folder: string, classes: readonly string[]): Promise<TestedLabels[]> {
  const file = join(folder, 'predictions.csv');
  const photos = await readUsedPhotos(folder);
  const hashes = new Map(photos.map(({ path, sha256 }) => [path, sha256]));
  const copies = new Map<string, number>();
  const tested: TestedLabels[] = [];
  for await (const { line, fields } of readCsv(file)) {
    if (line === 1) continue;
    const [path = '', labels = '', predicted = ''] = fields;
    const sha256 = hashes.get(path);
    if (sha256 === undefined) {
      throw new RegraftError('RUN_INVALID', `${file}, line ${line}: ${path} is no photo of split.csv.`, {
        hint: 'Train it again, or copy the whole folder again from where it came.',
      });
    }
    const copy = (copies.get(sha256) ?? 0) + 1;
    copies.set(sha256, copy);
    tested.push({
      key: copy === 1 ? sha256 : `${sha256}#${copy}`,
      labels: splitLabelCell(labels, classes),
      predicted: splitLabelCell(predicted, classes),
    });
  }
  return tested;
}
