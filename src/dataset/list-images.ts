import { resolve } from 'node:path';
import { throwIfCancelled } from '../errors.ts';
import type { SkippedPhoto } from './dataset.ts';
import { findFiles } from './find-files.ts';
import { faultOfFile } from './read-photo.ts';

/** An image to classify. */
export interface ListedImage {
  /** As given; for images found in a folder the folder as given with the path below it. */
  readonly path: string;
  /** Absolute path. */
  readonly file: string;
  /** Position among all files and skipped ones, from 0. */
  readonly order: number;
}

/** A file that cannot be classified, with its position among all. */
export interface SkippedImage extends SkippedPhoto {
  readonly order: number;
}

/**
 * Lists the images to classify in the order given: files as they are, folders with all that is in them in natural order
 * but hidden files. Only first bytes are read; what is no image is listed as skipped, with its place in the order.
 *
 * @throws RegraftError `CANCELLED`
 */
export async function listImages(
  paths: readonly string[],
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<{ files: ListedImage[]; skipped: SkippedImage[] }> {
  const files: ListedImage[] = [];
  const skipped: SkippedImage[] = [];
  let order = 0;
  for (const given of paths) {
    for await (const found of findFiles(given, { signal })) {
      throwIfCancelled(signal);
      if ('code' in found) {
        skipped.push({ ...found, order });
      } else {
        const { path, file } = found;
        const fault = await faultOfFile(file);
        if (fault === undefined) files.push({ path, file: resolve(file), order });
        else skipped.push({ path, ...fault, order });
      }
      order++;
    }
  }
  return { files, skipped };
}
