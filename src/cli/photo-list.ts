import type { Classifier, ClassifyOptions } from '../classify.ts';
import type { Prediction } from '../prediction.ts';
import { listImages } from '../dataset/list-images.ts';
import type { ErrorCode } from '../errors.ts';

/** A photo that was named or found in a named folder, or why it is none. */
export type ListedPhoto =
  | { readonly path: string; readonly file: string }
  | { readonly path: string; readonly error: { readonly code: ErrorCode; readonly reason: string } };

/** Lists the photos of files and folders in the order given; folders in natural order. */
export async function listPhotos(paths: readonly string[], signal: AbortSignal): Promise<ListedPhoto[]> {
  const { files, skipped } = await listImages(paths, { signal });
  const photos: ListedPhoto[] = [];
  for (const { path, file, order } of files) photos[order] = { path, file };
  for (const { path, code, reason, order } of skipped) photos[order] = { path, error: { code, reason } };
  return photos;
}

/** Classifies listed photos and keeps their order, those that are none included. */
export async function* classifyInOrder(
  classifier: Classifier,
  photos: readonly ListedPhoto[],
  options: ClassifyOptions,
): AsyncGenerator<Prediction> {
  const files = photos.flatMap((photo) => ('file' in photo ? photo.file : []));
  const predictions = classifier.classify(files, options);
  try {
    for (const photo of photos) {
      const { path } = photo;
      if ('error' in photo) {
        yield { path, label: null, probability: null, top: [], error: photo.error };
        continue;
      }
      const next = await predictions.next();
      if (next.done === true) throw new Error(`The classifier gave no prediction for ${path}.`);
      yield { ...next.value, path };
    }
  } finally {
    await predictions.return();
  }
}
