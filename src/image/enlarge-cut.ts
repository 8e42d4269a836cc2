import type { PhotoFit } from '../shared/preprocess.ts';
import type { Axis } from './place-photo.ts';

/** A stretch of pixels along one side. */
export interface Span {
  readonly first: number;
  readonly count: number;
}

/** The pixels of the unscaled side that {@link enlargeCut} needs to make the kept stretch of an enlarged one. */
export function sourceSpan(axis: Axis, kernel: PhotoFit['kernel']): Span {
  const start = tapsOf(axis, axis.first, kernel).first;
  const last = tapsOf(axis, axis.first + axis.count - 1, kernel);
  return { first: start, count: last.first + last.weights.length - start };
}

/**
 * Makes the kept stretches of a photo whose sides are enlarged: across, then down, each rounded to 8 bits, pixel for pixel what
 * Pillow's `Image.resize` and a crop give (pixel centres, weights of 22 bits that are shared out anew where the filter overlaps the
 * border). A side whose length does not grow (`to` ≤ `from`) must hold just its kept stretch already.
 *
 * @param pixels - uint8 `[rows, columns, 3]`: the {@link sourceSpan} of each enlarged side.
 * @returns uint8 `[rows.count, columns.count, 3]`
 */
export function enlargeCut(
  pixels: Uint8Array,
  columns: Axis,
  rows: Axis,
  kernel: PhotoFit['kernel'],
): Uint8Array {
  const across = columns.to > columns.from ? enlargeColumns(pixels, columns, kernel) : pixels;
  return rows.to > rows.from ? enlargeRows(across, columns.count, rows, kernel) : across;
}

function enlargeColumns(pixels: Uint8Array, axis: Axis, kernel: PhotoFit['kernel']): Uint8Array {
  const span = sourceSpan(axis, kernel);
  const taps = Array.from({ length: axis.count }, (_, x) => tapsOf(axis, axis.first + x, kernel));
  const height = pixels.length / (span.count * 3);
  const enlarged = new Uint8Array(axis.count * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (const { first, weights } of taps) {
      let from = (y * span.count + first - span.first) * 3;
      let red = half;
      let green = half;
      let blue = half;
      for (let tap = 0; tap < weights.length; tap++, from += 3) {
        const weight = weights[tap]!;
        red += Math.imul(pixels[from]!, weight);
        green += Math.imul(pixels[from + 1]!, weight);
        blue += Math.imul(pixels[from + 2]!, weight);
      }
      enlarged[at++] = clamp(red >> bits);
      enlarged[at++] = clamp(green >> bits);
      enlarged[at++] = clamp(blue >> bits);
    }
  }
  return enlarged;
}

function enlargeRows(pixels: Uint8Array, width: number, axis: Axis, kernel: PhotoFit['kernel']): Uint8Array {
  const span = sourceSpan(axis, kernel);
  const stride = width * 3;
  const sums = new Int32Array(stride);
  const enlarged = new Uint8Array(stride * axis.count);
  for (let y = 0, at = 0; y < axis.count; y++) {
    const { first, weights } = tapsOf(axis, axis.first + y, kernel);
    sums.fill(half);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap]!;
      const from = (first - span.first + tap) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += Math.imul(pixels[from + i]!, weight);
    }
    for (let i = 0; i < stride; i++) enlarged[at++] = clamp(sums[i]! >> bits);
  }
  return enlarged;
}

// As many bits as Pillow uses: 8 for a pixel and 2 for weights that add up to more than 1 are left of 32.
const bits = 22;
const half = 1 << (bits - 1);

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

interface Taps {
  /** The first pixel of the unscaled side that counts. */
  readonly first: number;
  /** In units of 2⁻²²; they add up to about 1. */
  readonly weights: Int32Array;
}

/** What one pixel of the enlarged side is made of. */
function tapsOf({ from, to }: Axis, index: number, kernel: PhotoFit['kernel']): Taps {
  const { radius, weigh } = kernels[kernel];
  const centre = ((index + 0.5) * from) / to;
  const first = Math.max(0, Math.floor(centre - radius + 0.5));
  const end = Math.min(from, Math.floor(centre + radius + 0.5));
  const shares = Array.from({ length: end - first }, (_, tap) => weigh(Math.abs(first + tap + 0.5 - centre)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return {
    first,
    weights: Int32Array.from(shares, (share) => roundAwayFromZero((share / total) * 2 ** bits)),
  };
}

function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

/** Weights by the distance from the centre, below the radius. */
const kernels = {
  bilinear: { radius: 1, weigh: (distance: number) => Math.max(0, 1 - distance) },
  // Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −0.5.
  bicubic: {
    radius: 2,
    weigh: (distance: number) => {
      if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
      return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
    },
  },
} as const;
