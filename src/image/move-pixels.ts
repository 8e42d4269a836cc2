import sharp from 'sharp';
import type { Movement } from './draw-movement.ts';
import type { Size } from './enlarge.ts';

/**
 * Moves a picture, bilinear; what a turn uncovers shows it reflected at its border.
 *
 * @param pixels - uint8 `[height, width, 3]`
 * @returns uint8 `[height, width, 3]`
 */
export async function movePixels(
  pixels: Uint8Array,
  size: Size,
  { crop, mirrored, degrees }: Movement,
): Promise<Uint8Array> {
  const margin = marginOf(size, degrees);
  const wide = { width: size.width + 2 * margin, height: size.height + 2 * margin };
  // Two pipelines, as sharp has an order of its own within one.
  const placed = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .extract(crop)
    .flop(mirrored)
    .resize(size.width, size.height, { fit: 'fill', kernel: 'linear' })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, extendWith: 'mirror' })
    .raw()
    .toBuffer();
  const turned = boxOf(wide, degrees);
  const moved = await sharp(placed, { raw: { ...wide, channels: 3 } })
    .rotate(degrees)
    .extract({
      left: Math.floor((turned.width - size.width) / 2),
      top: Math.floor((turned.height - size.height) / 2),
      ...size,
    })
    .raw()
    .toBuffer();
  return new Uint8Array(moved.buffer, moved.byteOffset, moved.byteLength);
}

/** How far a picture must reach beyond its borders so that all of it is covered when it is turned; in pixels. */
function marginOf(size: Size, degrees: number): number {
  const turned = boxOf(size, degrees);
  const missing = Math.max(turned.width - size.width, turned.height - size.height);
  // One pixel for the interpolation, and one as the middle lies on whole pixels.
  return Math.max(0, Math.ceil(missing / 2)) + 2;
}

/** The size of the box around a turned rectangle, in pixels. */
function boxOf({ width, height }: Size, degrees: number): Size {
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return { width: width * cosine + height * sine, height: height * cosine + width * sine };
}
