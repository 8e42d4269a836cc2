import { enlargeBilinear } from '../image/enlarge.ts';
import { enlargeCut, sourceSpan, type Span } from '../image/enlarge-cut.ts';
import { type Axis, placePhoto } from '../image/place-photo.ts';
import type { PhotoFit } from '../shared/preprocess.ts';
import { type RgbPicture, shrinkPicture } from './shrink.ts';

/**
 * Makes of a whole upright picture the pixels that a network looks at, level for level those that `decodeImage` makes under Node of a photo
 * with the same pixels.
 *
 * @returns uint8 `[fit.height, fit.width, 3]`
 */
export function fitPicture(picture: RgbPicture, fit: PhotoFit): Uint8Array {
  const { width, height, kernel } = fit;
  const { columns, rows } = placePhoto(picture, fit);
  const shrunk = {
    width: Math.min(columns.to, columns.from),
    height: Math.min(rows.to, rows.from),
  };
  const pixels = shrinkPicture(picture, shrunk.width, shrunk.height, kernel);
  if (kernel === 'bilinear' && columns.count === columns.to && rows.count === rows.to) {
    return enlargeBilinear(pixels, shrunk, { width, height });
  }
  const across = keptSpan(columns, kernel);
  const down = keptSpan(rows, kernel);
  return enlargeCut(cutOut({ ...shrunk, pixels }, across, down), columns, rows, kernel);
}

function keptSpan(axis: Axis, kernel: PhotoFit['kernel']): Span {
  return axis.to > axis.from ? sourceSpan(axis, kernel) : axis;
}

function cutOut({ width, height, pixels }: RgbPicture, across: Span, down: Span): Uint8Array {
  if (across.count === width && down.count === height) return pixels;
  const cut = new Uint8Array(across.count * down.count * 3);
  for (let y = 0; y < down.count; y++) {
    const from = ((down.first + y) * width + across.first) * 3;
    cut.set(pixels.subarray(from, from + across.count * 3), y * across.count * 3);
  }
  return cut;
}
