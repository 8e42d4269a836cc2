import sharp, { type Matrix3x3 } from 'sharp';
import { colourChange, meanGreyOf } from './colour-change.ts';
import { drawMovement } from './draw-movement.ts';
import type { Size } from './enlarge.ts';
import { movePixels } from './move-pixels.ts';
import { seededNumbers } from './seeded-numbers.ts';

/** How a photo is varied: its colours alone, or its place, size and angle too. */
export type Augmentation = 'colour' | 'strong';

/**
 * Makes another picture of a network's input pixels, the same one for the same seed. `strong` moves the picture (see `drawMovement`); both change
 * the colours as torchvision's `ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02)` does, in this order.
 *
 * @param pixels - uint8 `[height, width, 3]`
 * @returns uint8 `[height, width, 3]`
 */
export async function augmentPixels(
  pixels: Uint8Array,
  size: Size,
  kind: Augmentation,
  seed: string,
): Promise<Uint8Array> {
  const random = seededNumbers(seed);
  const moved = kind === 'colour' ? pixels : await movePixels(pixels, size, drawMovement(random, size));
  return changeColours(moved, size, random);
}

async function changeColours(pixels: Uint8Array, size: Size, random: () => number): Promise<Uint8Array> {
  const around = (middle: number, reach: number): number => middle + reach * (2 * random() - 1);
  const factors = {
    brightness: around(1, 0.2),
    contrast: around(1, 0.2),
    saturation: around(1, 0.2),
    hue: around(0, 0.02) * 2 * Math.PI,
  };
  const { matrix, offset } = colourChange(factors, meanGreyOf(pixels));
  const output = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .recomb(matrix as Matrix3x3)
    // Levels are cut off after the comma: half a level more rounds them.
    .linear(1, offset + 0.5)
    .raw()
    .toBuffer();
  return new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
}
