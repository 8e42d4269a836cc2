import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errnoCode } from '../atomic-file.ts';
import type { Photo } from '../dataset/dataset.ts';
import { RegraftError } from '../errors.ts';
import { decodePhoto } from '../image/decode.ts';
import { openPhoto } from '../image/open-photo.ts';
import type { PhotoFit } from '../shared/preprocess.ts';

/** A photo as a network looks at it. */
export interface PreparedPhoto {
  /** uint8 `[height, width, 3]` of the network's size. */
  readonly pixels: Uint8Array;
  /** Size of the photo in pixels, upright. */
  readonly width: number;
  readonly height: number;
}

/**
 * Reads, checks and decodes one photo of a dataset.
 *
 * @throws RegraftError `PHOTO_…`, `NOT_AN_IMAGE` or `FORMAT_UNSUPPORTED`: {@link isAboutOnePhoto} tells them.
 */
export async function preparePhoto(
  photo: Photo,
  fit: PhotoFit,
  maxPixels: number | undefined,
): Promise<PreparedPhoto> {
  const opened = await openPhoto(await readPhoto(photo), maxPixels);
  const { width, height } = opened;
  return { pixels: await decodePhoto(opened, fit), width, height };
}

/** True for errors by which one photo is left out while the work on the others goes on. */
export function isAboutOnePhoto(error: unknown): error is RegraftError {
  if (!(error instanceof RegraftError)) return false;
  const { code } = error;
  return code.startsWith('PHOTO_') || code === 'NOT_AN_IMAGE' || code === 'FORMAT_UNSUPPORTED';
}

async function readPhoto({ file, sha256 }: Photo): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new RegraftError(
      'PHOTO_UNREADABLE',
      `It cannot be read any more (${errnoCode(error) ?? String(error)}).`,
    );
  });
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new RegraftError(
    'PHOTO_UNREADABLE',
    'It changed while Regraft was running: run the same command again.',
  );
}
