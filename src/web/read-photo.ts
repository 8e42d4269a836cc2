import { RegraftError } from '../errors.ts';
import { isDecodable, remedyFor, sniffByteCount, sniffFormat } from '../image/sniff.ts';
import { invalidValue } from '../options.ts';
import type { RgbPicture } from './shrink.ts';

/** What the browser classifies. */
export type WebPhoto = Blob | ImageBitmap | ImageData | HTMLImageElement | HTMLVideoElement | CanvasSource;

/** A canvas of either kind. */
export type CanvasSource = HTMLCanvasElement | OffscreenCanvas;

/** The largest photo that is read unless an option says otherwise, in pixels, as under Node. */
export const defaultMaxPixels = 120_000_000;

/**
 * Reads a photo's pixels: upright as its EXIF orientation says, in sRGB, transparent parts on white.
 *
 * @throws RegraftError `PHOTO_EMPTY`, `NOT_AN_IMAGE`, `FORMAT_UNSUPPORTED`, `PHOTO_CORRUPT`, `PHOTO_TOO_LARGE`; `INVALID_OPTION` for what is no photo.
 */
export async function readPhoto(photo: WebPhoto, maxPixels = defaultMaxPixels): Promise<RgbPicture> {
  if (photo instanceof Blob) {
    const bitmap = await decode(photo);
    try {
      return readDrawable(bitmap, bitmap.width, bitmap.height, maxPixels);
    } finally {
      bitmap.close();
    }
  }
  if (photo instanceof ImageData) {
    const { width, height, data } = photo;
    checkSize(width, height, maxPixels);
    return { width, height, pixels: dropAlpha(data) };
  }
  if (isA(photo, 'HTMLImageElement')) {
    const { naturalWidth, naturalHeight } = photo as HTMLImageElement;
    return readDrawable(photo, naturalWidth, naturalHeight, maxPixels);
  }
  if (isA(photo, 'HTMLVideoElement')) {
    const { videoWidth, videoHeight } = photo as HTMLVideoElement;
    return readDrawable(photo, videoWidth, videoHeight, maxPixels);
  }
  if (isA(photo, 'ImageBitmap') || isA(photo, 'HTMLCanvasElement') || isA(photo, 'OffscreenCanvas')) {
    return readDrawable(photo, photo.width, photo.height, maxPixels);
  }
  throw invalidValue('a Blob, an ImageBitmap, ImageData, an image, a video or a canvas', 'a photo', photo);
}

// Workers have no elements: their classes must not be asked for by name.
function isA(photo: object, name: string): boolean {
  const constructor = (globalThis as Record<string, unknown>)[name];
  return typeof constructor === 'function' && photo instanceof constructor;
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  if (blob.size === 0) {
    throw new RegraftError('PHOTO_EMPTY', 'Expected a photo, found no bytes.', {
      hint: 'Copy the photo again from where it came, or remove it.',
    });
  }
  const head = new Uint8Array(await blob.slice(0, sniffByteCount).arrayBuffer());
  const format = sniffFormat(head);
  if (format === undefined) {
    throw new RegraftError(
      'NOT_AN_IMAGE',
      'Expected an image, found something else, whatever its name says.',
      {
        hint: 'Choose a photo.',
      },
    );
  }
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch (cause) {
    if (format === 'tiff' || !isDecodable(format)) {
      throw new RegraftError(
        'FORMAT_UNSUPPORTED',
        `Expected an image that this browser reads, found ${format}.`,
        {
          hint:
            format === 'tiff' ? 'Browsers do not decode TIFF: convert it to JPEG or PNG.' : remedyFor(format),
          cause,
        },
      );
    }
    throw new RegraftError(
      'PHOTO_CORRUPT',
      `Expected a whole ${format.toUpperCase()} image, found truncated or damaged data, or more pixels than this browser reads.`,
      { hint: 'Copy the photo again from where it came, or scale it down.', cause },
    );
  }
}

// Some browsers give no canvas of more than 16 million pixels: large photos are read in strips.
const stripPixels = 4_000_000;

function readDrawable(
  source: CanvasImageSource,
  width: number,
  height: number,
  maxPixels: number,
): RgbPicture {
  if (width === 0 || height === 0) {
    throw new RegraftError('PHOTO_EMPTY', 'Expected a photo, found none of its pixels.', {
      hint: 'Wait until the image or the video is loaded, for example by `await image.decode()`.',
    });
  }
  checkSize(width, height, maxPixels);
  const rows = Math.min(height, Math.max(1, Math.floor(stripPixels / width)));
  const context = openCanvas(width, rows);
  const pixels = new Uint8Array(width * height * 3);
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, count);
    context.drawImage(source, 0, -top);
    let data: Uint8ClampedArray;
    try {
      ({ data } = context.getImageData(0, 0, width, count));
    } catch (cause) {
      throw new RegraftError(
        'PHOTO_UNREADABLE',
        'The browser keeps the pixels of this image from the page.',
        {
          hint: "An image of another site needs crossorigin='anonymous' and that site's consent.",
          cause,
        },
      );
    }
    pixels.set(dropAlpha(data), top * width * 3);
  }
  return { width, height, pixels };
}

function openCanvas(
  width: number,
  height: number,
): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width, height })
      : new OffscreenCanvas(width, height);
  // Read back at once, so it is kept where the processor reaches it; drawn by a graphics card, pixels could differ by a level.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new RegraftError('RUNTIME_FAILED', `The browser gives no canvas of ${width} × ${height} pixels.`, {
      hint: 'Close other pages, or use another browser.',
    });
  }
  return context;
}

/** RGBA on white as RGB; what is opaque stays as it is. */
function dropAlpha(data: Uint8ClampedArray): Uint8Array {
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3]!;
    const white = 255 * (255 - alpha);
    for (let channel = 0; channel < 3; channel++) {
      // As libvips lays pixels on a background: without rounding.
      pixels[to++] = Math.floor((data[from + channel]! * alpha + white) / 255);
    }
  }
  return pixels;
}

function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const count = (pixels: number): string => pixels.toLocaleString('en-US');
  throw new RegraftError(
    'PHOTO_TOO_LARGE',
    `Expected at most ${count(maxPixels)} pixels, found ${width} × ${height} = ${count(width * height)}.`,
    { hint: 'Scale the photo down: networks look at a few hundred pixels a side.' },
  );
}
