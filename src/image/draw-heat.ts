import sharp from 'sharp';
import type { PhotoFit } from '../shared/preprocess.ts';
import { type BetweenPlaces, betweenPlaces, mixPlaces } from './between-places.ts';
import type { Size } from './enlarge.ts';
import { heatColour, type HeatColour } from './heat-colour.ts';
import type { OpenPhoto } from './open-photo.ts';
import { type Axis, placePhoto } from './place-photo.ts';
import { runPipeline } from './run-pipeline.ts';

/** Values that lie over what a network saw of a photo. */
export interface Overlay extends Size {
  /** Row by row from the top left, `[height × width]`. */
  readonly values: Float32Array;
}

/** How {@link drawHeat} draws. */
export interface DrawHeatOptions {
  /** The longer side at most, in pixels; smaller photos stay as they are. @default 1024 */
  readonly sizePx?: number;
  /** @default 'png' */
  readonly format?: 'png' | 'jpeg';
}

/**
 * Draws heat over a photo: upright, in its own proportions and in shades of grey, with the colours of {@link heatColour} from 0 to the largest value. What the
 * network did not see, and what is 0 or below, is the photo alone.
 *
 * @returns the bytes of a PNG or JPEG file
 * @throws PHOTO_CORRUPT
 */
export async function drawHeat(
  photo: OpenPhoto,
  fit: Omit<PhotoFit, 'kernel'>,
  overlay: Overlay,
  { sizePx = 1024, format = 'png' }: DrawHeatOptions = {},
): Promise<Uint8Array> {
  const size = shrinkInto(photo, sizePx);
  const pixels = await runPipeline(
    photo,
    photo.pipeline.clone().resize(size.width, size.height, { fit: 'fill' }).raw(),
  );
  fade(pixels);
  cover(pixels, size, overlay, placePhoto(photo, fit));
  const picture = sharp(pixels, { raw: { ...size, channels: 3 } });
  const file = await (format === 'png' ? picture.png() : picture.jpeg({ quality: 80 })).toBuffer();
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

function shrinkInto({ width, height }: Size, sizePx: number): Size {
  const factor = Math.min(1, sizePx / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}

/** Puts the colours over the pixels, uint8 `[height, width, 3]`. */
function cover(
  pixels: Uint8Array,
  size: Size,
  { width, height, values }: Overlay,
  { columns, rows }: { readonly columns: Axis; readonly rows: Axis },
): void {
  const hottest = values.reduce((most, value) => Math.max(most, value), 0);
  if (hottest === 0) return;
  const across = Array.from({ length: size.width }, (_, x) => locate(x, size.width, columns, width));
  const down = Array.from({ length: size.height }, (_, y) => locate(y, size.height, rows, height));
  for (const [y, row] of down.entries()) {
    if (row === undefined) continue;
    for (const [x, column] of across.entries()) {
      if (column === undefined) continue;
      const above = mixPlaces(values, row.first * width, column);
      const below = mixPlaces(values, row.second * width, column);
      const heat = above + (below - above) * row.share;
      if (heat > 0) blend(pixels, (y * size.width + x) * 3, colours[Math.round((heat / hottest) * steps)]!);
    }
  }
}

const steps = 1023;
const colours = Array.from({ length: steps + 1 }, (_, step) => heatColour(step / steps));

/** Finds a pixel's place among the values; undefined where the network did not look. */
function locate(pixel: number, length: number, axis: Axis, count: number): BetweenPlaces | undefined {
  const scaled = ((pixel + 0.5) / length) * axis.to - axis.first;
  if (scaled < 0 || scaled >= axis.count) return undefined;
  return betweenPlaces((scaled / axis.count) * count, count);
}

function blend(pixels: Uint8Array, at: number, colour: HeatColour): void {
  const opacity = colour[3];
  for (let channel = 0; channel < 3; channel++) {
    const pixel = pixels[at + channel]!;
    pixels[at + channel] = Math.round(pixel + (colour[channel]! - pixel) * opacity);
  }
}

/** Takes the colours out of a photo, so that those of the heat are the only ones; luma of ITU-R BT.601. */
function fade(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 3) {
    pixels.fill(
      Math.round(0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!),
      at,
      at + 3,
    );
  }
}
