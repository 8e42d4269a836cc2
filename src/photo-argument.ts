import { invalidValue } from './options.ts';

/**
 * Takes a photo that a caller gave.
 *
 * @returns a path, or the bytes of an image file
 * @throws RegraftError `INVALID_OPTION`
 */
export function parsePhoto(given: unknown): string | Uint8Array {
  if (typeof given === 'string' || given instanceof Uint8Array) return given;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  throw invalidValue('a path or the bytes of an image file', 'a photo', given);
}

/**
 * Checks that a caller gave a list of photos.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function checkPhotos(photos: unknown): void {
  // A text and bytes are lists too, of characters and numbers: never what was meant.
  const isList =
    typeof photos === 'object' &&
    photos !== null &&
    (Symbol.iterator in photos || Symbol.asyncIterator in photos);
  if (isList && !ArrayBuffer.isView(photos)) return;
  throw invalidValue(
    'a list of photos',
    'photos',
    photos,
    'Give an array, or use classifyOne for a single photo.',
  );
}
