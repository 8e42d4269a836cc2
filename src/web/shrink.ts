import type { PhotoFit } from '../shared/preprocess.ts';

/** RGB pixels, uint8 `[height, width, 3]`. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/**
 * Shrinks a picture to a size that is at most as large on both sides, level for level as the `resize` of libvips does, by which Regraft
 * prepares photos under Node: rows first, then columns. Of a factor of four and more, blocks of pixels are averaged until less than four is left; the
 * rest is a filter as wide as the factor, whose positions are rounded to 1/64 of a pixel and whose weights are cut to 12 bits.
 *
 * @returns uint8 `[height, width, 3]`; the picture's own pixels when the sizes are equal.
 */
export function shrinkPicture(
  picture: RgbPicture,
  width: number,
  height: number,
  kernel: PhotoFit['kernel'],
): Uint8Array {
  const rows = planShrink(picture.height, height, kernel);
  const columns = planShrink(picture.width, width, kernel);
  const low = filterRows(averageRows(picture, rows), rows);
  return filterColumns(averageColumns(low, columns), columns).pixels;
}

interface Plan {
  /** How many pixels each block averages; 1: none. */
  readonly block: number;
  /** Each output pixel's first tap, possibly outside of the picture, whose border is repeated; empty when nothing is filtered. */
  readonly firsts: Int32Array;
  /** Each output pixel's weights, in units of 2⁻¹². */
  readonly weights: readonly Int32Array[];
}

// The precision of libvips: positions of 6 bits, weights of 12.
const positions = 64;
const bits = 12;
const half = 1 << (bits - 1);

function planShrink(from: number, to: number, kernel: PhotoFit['kernel']): Plan {
  const block = Math.max(1, Math.floor(from / to / 2));
  const factor = from / to / block;
  if (factor === 1) return { block, firsts: new Int32Array(0), weights: [] };
  const { support, weigh } = kernels[kernel];
  const reach = roundHalfEven(support * factor);
  const tables = Array.from({ length: positions + 1 }, (_, index) =>
    weightsAt(index / positions, factor, reach, weigh),
  );
  const firsts = new Int32Array(to);
  const weights: Int32Array[] = [];
  for (let index = 0; index < to; index++) {
    const position = (index + 0.5) * factor;
    const fraction = Math.floor(position * positions * 2) % (positions * 2);
    firsts[index] = Math.floor(position) - reach;
    weights.push(tables[(fraction + 1) >> 1] ?? new Int32Array(0));
  }
  return { block, firsts, weights };
}

function weightsAt(
  fraction: number,
  factor: number,
  reach: number,
  weigh: (distance: number) => number,
): Int32Array {
  const centre = fraction + reach - 0.5;
  const shares = Array.from({ length: 2 * reach + 1 }, (_, tap) => weigh(Math.abs(tap - centre) / factor));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Int32Array.from(shares, (share) => Math.trunc((share / total) * (1 << bits)));
}

/** Weights by the distance from the centre, in output pixels. */
const kernels = {
  bilinear: { support: 1, weigh: (distance: number) => Math.max(0, 1 - distance) },
  // Catmull-Rom: Keys' cubic of 1981 with a = −0.5.
  bicubic: {
    support: 2,
    weigh: (distance: number) => {
      if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
      return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
    },
  },
} as const;

function averageRows(picture: RgbPicture, { block }: Plan): RgbPicture {
  if (block === 1) return picture;
  const { width, pixels } = picture;
  const stride = width * 3;
  const height = Math.ceil(picture.height / block);
  const averaged = new Uint8Array(stride * height);
  const sums = new Uint32Array(stride);
  const { share, amend } = blockShare(block);
  for (let y = 0; y < height; y++) {
    sums.fill(amend);
    for (let row = 0; row < block; row++) {
      const from = Math.min(y * block + row, picture.height - 1) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += pixels[from + i]!;
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) averaged[to + i] = Math.imul(sums[i]!, share) >>> 24;
  }
  return { width, height, pixels: averaged };
}

function averageColumns(picture: RgbPicture, { block }: Plan): RgbPicture {
  if (block === 1) return picture;
  const { height, pixels } = picture;
  const width = Math.ceil(picture.width / block);
  const averaged = new Uint8Array(width * height * 3);
  const { share, amend } = blockShare(block);
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * picture.width;
    for (let x = 0; x < width; x++) {
      let red = amend;
      let green = amend;
      let blue = amend;
      for (let column = 0; column < block; column++) {
        const from = (row + Math.min(x * block + column, picture.width - 1)) * 3;
        red += pixels[from]!;
        green += pixels[from + 1]!;
        blue += pixels[from + 2]!;
      }
      averaged[at++] = Math.imul(red, share) >>> 24;
      averaged[at++] = Math.imul(green, share) >>> 24;
      averaged[at++] = Math.imul(blue, share) >>> 24;
    }
  }
  return { width, height, pixels: averaged };
}

/** A mean as libvips takes it: the sum, plus half a block, times 2²⁴ / block, without the lower 24 bits. */
function blockShare(block: number): { readonly share: number; readonly amend: number } {
  return { share: Math.floor(2 ** 32 / (256 * block)), amend: block >> 1 };
}

function filterRows(picture: RgbPicture, { firsts, weights }: Plan): RgbPicture {
  if (weights.length === 0) return picture;
  const { width, pixels } = picture;
  const stride = width * 3;
  const last = picture.height - 1;
  const filtered = new Uint8Array(stride * weights.length);
  const sums = new Int32Array(stride);
  for (const [y, taps] of weights.entries()) {
    sums.fill(half);
    for (let tap = 0; tap < taps.length; tap++) {
      const weight = taps[tap]!;
      if (weight === 0) continue;
      const from = clamp(firsts[y]! + tap, last) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += pixels[from + i]! * weight;
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) filtered[to + i] = clamp(sums[i]! >> bits, 255);
  }
  return { width, height: weights.length, pixels: filtered };
}

function filterColumns(picture: RgbPicture, { firsts, weights }: Plan): RgbPicture {
  if (weights.length === 0) return picture;
  const { height, pixels } = picture;
  const last = picture.width - 1;
  const filtered = new Uint8Array(weights.length * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * picture.width;
    for (let x = 0; x < weights.length; x++) {
      const taps = weights[x]!;
      let red = half;
      let green = half;
      let blue = half;
      for (let tap = 0; tap < taps.length; tap++) {
        const weight = taps[tap]!;
        const from = (row + clamp(firsts[x]! + tap, last)) * 3;
        red += pixels[from]! * weight;
        green += pixels[from + 1]! * weight;
        blue += pixels[from + 2]! * weight;
      }
      filtered[at++] = clamp(red >> bits, 255);
      filtered[at++] = clamp(green >> bits, 255);
      filtered[at++] = clamp(blue >> bits, 255);
    }
  }
  return { width: weights.length, height, pixels: filtered };
}

function clamp(value: number, maximum: number): number {
  return value < 0 ? 0 : value > maximum ? maximum : value;
}

/** As C's rint does. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
