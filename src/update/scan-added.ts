import type { SkippedPhoto } from '../dataset/dataset.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { scanDataset } from '../dataset/scan.ts';
import { RegraftError } from '../errors.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { LabelledPhoto } from './labelled-photo.ts';
import type { ResolvedUpdate } from './options.ts';

/** What the folders and CSVs hold that are added. */
export interface AddedPhotos {
  readonly photos: readonly LabelledPhoto[];
  readonly skipped: readonly SkippedPhoto[];
  readonly notices: readonly string[];
}

/**
 * Reads the photos that an update adds, with the labels that their folders or CSVs give them.
 *
 * @throws RegraftError As `scanDataset` does; `INVALID_OPTION` for several labels a photo where the model has one
 */
export async function scanAdded(
  { changes: { add }, home, signal }: ResolvedUpdate,
  { dataset, options: { nested } }: RunRecord,
): Promise<AddedPhotos> {
  const photos: LabelledPhoto[] = [];
  const skipped: SkippedPhoto[] = [];
  const notices: string[] = [];
  for (const source of add) {
    const isCsv = /\.csv$/i.test(source);
    const scanned = await scanDataset(source, { nested: nested && !isCsv, minClasses: 1, home, signal });
    if (scanned.task === 'multi-label' && dataset.task === 'single-label') {
      throw new RegraftError(
        'INVALID_OPTION',
        `Expected one label a photo, as the model has, but found several in ${source}.`,
        { hint: 'Give a CSV with the columns path and label, or a folder of class folders.' },
      );
    }
    for (const photo of scanned.photos) {
      const { file, sha256, part } = photo;
      const labels = labelsOf(photo).map((label) => scanned.classes[label] ?? '');
      photos.push({ file, sha256, labels, ...(part !== undefined && { part }) });
    }
    skipped.push(...scanned.skipped);
    notices.push(...scanned.notices);
  }
  return { photos, skipped, notices };
}
