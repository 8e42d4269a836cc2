import { openPhoto } from './open-photo.ts';
import { runPipeline } from './run-pipeline.ts';

/**
 * Makes a small upright JPEG of a photo that fits into a square, for the report.
 *
 * @param input a path, or the file's bytes
 * @param sizePx the square's side in pixels; smaller photos stay as they are
 * @returns the JPEG file's bytes, without metadata
 * @throws PHOTO_NOT_FOUND, PHOTO_UNREADABLE, PHOTO_EMPTY, NOT_AN_IMAGE, FORMAT_UNSUPPORTED, PHOTO_CORRUPT, PHOTO_TOO_LARGE
 */
export async function makeThumbnail(input: string | Uint8Array, sizePx: number): Promise<Uint8Array> {
  const photo = await openPhoto(input);
  return runPipeline(
    photo,
    photo.pipeline.resize(sizePx, sizePx, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 80 }),
  );
}
