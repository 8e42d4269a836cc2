import type { Dataset, Part } from '../dataset/dataset.ts';
import { listSome } from '../dataset/findings.ts';
import { labelsOf } from '../dataset/labels-of.ts';
import { splitDataset, type SplitOptions } from '../dataset/split.ts';
import { RegraftError } from '../errors.ts';

/** Where the new photos of an update go. */
export interface DealtPhotos {
  /** New photos in each part. */
  readonly parts: Record<Part, number>;
  readonly notices: readonly string[];
}

/** Fewer different photos than these cannot be learned from, validated on and tested on. */
const fewest = 3;

/**
 * Deals the photos of an update, as the training will: that tells classes that are too small before any work.
 *
 * @param isNew - Whether a file was added.
 * @throws RegraftError `CLASS_TOO_SMALL`
 */
export async function dealPhotos(
  dataset: Dataset,
  isNew: (file: string) => boolean,
  options: SplitOptions,
): Promise<DealtPhotos> {
  if (!options.allowSmall) refuseSmall(dataset);
  const { parts } = await splitDataset(dataset, options);
  const counts = { training: 0, validation: 0, test: 0 };
  const tested = new Set<number>();
  dataset.photos.forEach((photo, index) => {
    const part = parts[index] ?? 'training';
    if (isNew(photo.file)) counts[part]++;
    if (part === 'test') for (const label of labelsOf(photo)) tested.add(label);
  });
  const untested = dataset.classes.filter((_, label) => !tested.has(label));
  return {
    parts: counts,
    notices:
      untested.length === 0
        ? []
        : [
            `No test photo shows ${listSome(untested)}, as photos keep their part: the figures say nothing of ${untested.length === 1 ? 'this class' : 'these classes'}.`,
          ],
  };
}

/** The split itself takes a class whose photos all have a part already, such as one that a correction of labels makes. */
function refuseSmall({ classes, photos }: Dataset): void {
  const own = classes.map(() => new Set<string>());
  for (const photo of photos) for (const label of labelsOf(photo)) own[label]?.add(photo.sha256);
  const small = classes.flatMap((name, label) => {
    const size = own[label]?.size ?? 0;
    return size < fewest ? [`${JSON.stringify(name)} (${size})`] : [];
  });
  if (small.length === 0) return;
  throw new RegraftError(
    'CLASS_TOO_SMALL',
    `Expected ${fewest} or more different photos in each class after the update; too few are in ${listSome(small, Infinity)}.`,
    {
      hint: 'Add photos to these classes, remove or merge them, correct their names, or allow small classes (--allow-small).',
    },
  );
}
