import type { Classifier } from './classify.ts';
import { listImages } from './dataset/list-images.ts';
import { RegraftError } from './errors.ts';
import { areaUnderRoc } from './evaluate/auroc.ts';
import { wilsonInterval } from './evaluate/wilson.ts';

/** What a model says of photos of none of its classes. */
export interface UnknownPhotos {
  readonly count: number;
  /** How many it rejects, rightly. */
  readonly rejected: number;
  /** Wilson's 95 % interval of the share that it rejects. */
  readonly interval95: readonly [number, number];
  /** Area under the ROC curve of their scores against those of the labelled photos. */
  readonly auroc: number;
}

/**
 * Classifies photos of none of the classes and compares their scores with those of known photos; files that are no photos are left out.
 *
 * @throws RegraftError `NO_PHOTO_READ`, `CANCELLED`.
 */
export async function measureUnknownPhotos(
  classifier: Classifier,
  folder: string,
  knownScores: Float64Array,
  options: { readonly maxPixels?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<UnknownPhotos> {
  const { files } = await listImages([folder], options);
  const scores: number[] = [];
  let rejected = 0;
  const photos = files.map(({ file }) => file);
  for await (const { unknown } of classifier.classify(photos, options)) {
    if (unknown === undefined) continue;
    scores.push(unknown.score);
    if (unknown.isUnknown) rejected += 1;
  }
  const auroc = areaUnderRoc(knownScores, scores);
  if (auroc === null) {
    throw new RegraftError(
      'NO_PHOTO_READ',
      `Expected photos of none of the classes in ${folder} but found none.`,
      {
        hint: 'Give a folder of photos, or leave it out.',
      },
    );
  }
  return { count: scores.length, rejected, interval95: wilsonInterval(rejected, scores.length), auroc };
}
