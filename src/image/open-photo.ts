import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { RegraftError } from '../errors.ts';
import type { DecodableFormat } from './sniff.ts';
import { decodableFormats, isDecodable, remedyFor, sniffByteCount, sniffFormat } from './sniff.ts';

// Many photos are decoded at the same time, so one thread each is fastest, and a cache of operations that never recur
// would only hold memory.
sharp.concurrency(1);
sharp.cache(false);

/** The largest photo that is decoded unless an option says otherwise, in pixels: above the 108 million of a phone. */
export const defaultMaxPixels = 120_000_000;

/** A photo whose header was read and whose pixels are still to be decoded. */
export interface OpenPhoto {
  /** How messages name it: ` in "<path>"`, or nothing for bytes. */
  readonly name: string;
  readonly format: DecodableFormat;
  /** Size in pixels once upright. */
  readonly width: number;
  readonly height: number;
  /** Upright, opaque on white, sRGB; decoding fails on truncated or damaged data. */
  readonly pipeline: Sharp;
}

/**
 * Reads a photo's file and header, and refuses what cannot be decoded before any pixel is.
 *
 * @param input a path, or the file's bytes
 * @param maxPixels the largest width × height
 * @throws PHOTO_NOT_FOUND, PHOTO_UNREADABLE, PHOTO_EMPTY, NOT_AN_IMAGE, FORMAT_UNSUPPORTED, PHOTO_CORRUPT, PHOTO_TOO_LARGE
 */
export async function openPhoto(
  input: string | Uint8Array,
  maxPixels = defaultMaxPixels,
): Promise<OpenPhoto> {
  const name = typeof input === 'string' ? ` in "${input}"` : '';
  const bytes = typeof input === 'string' ? await readPhoto(input) : input;
  const format = checkFormat(bytes, name);
  const { width, height } = await readSize(bytes, format, name);
  if (width * height > maxPixels) throw tooLargeError({ name, width, height }, maxPixels);
  // At failOn "error" a truncated file fails, while the harmless warnings of real photos (stray bytes before a marker) pass.
  const pipeline = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
  return { name, format, width, height, pipeline };
}

/** Gives the error for a photo of more pixels than the limit. */
export function tooLargeError(
  { name, width, height }: Pick<OpenPhoto, 'name' | 'width' | 'height'>,
  maxPixels: number,
): RegraftError {
  return new RegraftError(
    'PHOTO_TOO_LARGE',
    `Expected at most ${count(maxPixels)} pixels, found ${width} × ${height} = ${count(width * height)}${name}.`,
    { hint: 'Scale the photo down: networks look at a few hundred pixels a side.' },
  );
}

/** Gives the error for a photo whose data cannot be decoded. */
export function corruptPhotoError(photo: Pick<OpenPhoto, 'name' | 'format'>, cause: unknown): RegraftError {
  const detail = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.trim() ?? '';
  // What libvips says of some damage.
  const known = detail === '' || /^unknown error\.?$/i.test(detail) ? '' : ` (${detail})`;
  return new RegraftError(
    'PHOTO_CORRUPT',
    `Expected a whole ${photo.format.toUpperCase()} image${photo.name}, found truncated or damaged data${known}.`,
    { hint: 'Copy the photo again from where it came, or remove it.', cause },
  );
}

async function readPhoto(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RegraftError('PHOTO_NOT_FOUND', `Expected a photo at "${path}", found no file.`, {
        hint: 'Check the path; a CSV names its photos relative to its own folder.',
        cause: error,
      });
    }
    const reason = unreadableReasons[code] ?? (error instanceof Error ? error.message : String(error));
    throw new RegraftError('PHOTO_UNREADABLE', `Cannot read the photo "${path}": ${reason}.`, {
      hint: 'Make it a file that the current user may read.',
      cause: error,
    });
  }
}

const unreadableReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EIO: 'the disk reports an input/output error',
  ELOOP: 'its link leads back to itself',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
};

function checkFormat(bytes: Uint8Array, name: string): DecodableFormat {
  if (bytes.length === 0) {
    throw new RegraftError('PHOTO_EMPTY', `Expected a photo${name}, found no bytes.`, {
      hint: 'Copy the photo again from where it came, or remove it.',
    });
  }
  const format = sniffFormat(bytes.subarray(0, sniffByteCount));
  if (format === undefined) {
    throw new RegraftError(
      'NOT_AN_IMAGE',
      `Expected a ${decodableFormats.join(', ')} image${name}, found something else, whatever its name says.`,
      { hint: 'Remove the file, or replace it by a photo.' },
    );
  }
  if (isDecodable(format)) return format;
  throw new RegraftError(
    'FORMAT_UNSUPPORTED',
    `Expected a ${decodableFormats.join(', ')} image${name}, found ${format}.`,
    { hint: remedyFor(format) },
  );
}

async function readSize(
  bytes: Uint8Array,
  format: DecodableFormat,
  name: string,
): Promise<{ width: number; height: number }> {
  try {
    // The limit is checked by the caller, whose message names both figures.
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return autoOrient;
  } catch (error) {
    throw corruptPhotoError({ name, format }, error);
  }
}

function count(pixels: number): string {
  return pixels.toLocaleString('en-US');
}
