import type { PhotoFit } from '../shared/preprocess.ts';
import type { Size } from './enlarge.ts';

/** One side of a photo on its way to a network, in pixels: scaled as a whole, of which a stretch is kept. */
export interface Axis {
  /** Length before scaling. */
  readonly from: number;
  /** Length after scaling. */
  readonly to: number;
  /** Where the kept stretch begins after scaling. */
  readonly first: number;
  /** Length of the kept stretch. */
  readonly count: number;
}

/**
 * Says how both sides of an upright photo are scaled and cut, by the arithmetic of timm's evaluation transforms, in which
 * `crop` is `crop_pct`: the rectangle is divided by `crop` and rounded down. A square takes torchvision's
 * `Resize(side)` (the shorter side gets that length, the longer one is rounded down), another rectangle timm's `ResizeKeepRatio`
 * (both rounded to nearest), and `stretch` scales the sides on their own. The middle is torchvision's `CenterCrop`.
 */
export function placePhoto(
  photo: Size,
  { width, height, resize, crop }: Omit<PhotoFit, 'kernel'>,
): { readonly columns: Axis; readonly rows: Axis } {
  const box = { width: Math.floor(width / crop), height: Math.floor(height / crop) };
  const scaled = resize === 'stretch' ? box : cover(photo, box);
  return {
    columns: middle(photo.width, scaled.width, width),
    rows: middle(photo.height, scaled.height, height),
  };
}

/** The size of a photo that is scaled until it covers a box. */
function cover({ width, height }: Size, box: Size): Size {
  if (box.width === box.height) {
    const longer = (side: number, shorter: number): number => Math.floor((box.width * side) / shorter);
    return width <= height
      ? { width: box.width, height: longer(height, width) }
      : { width: longer(width, height), height: box.height };
  }
  const ratio = Math.min(width / box.width, height / box.height);
  return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
}

function middle(from: number, to: number, count: number): Axis {
  return { from, to, first: roundHalfEven((to - count) / 2), count };
}

/** Rounds as Python does, which is where the transforms come from. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
