/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Stretches RGB pixels to a size that is at least as large on both sides, by bilinear interpolation between pixel
 * centres, the border repeated.
 *
 * @param pixels uint8 `[from.height, from.width, 3]`
 * @returns uint8 `[to.height, to.width, 3]`; `pixels` itself when the sizes are equal
 */
export function enlargeBilinear(pixels: Uint8Array, from: Size, to: Size): Uint8Array {
  if (from.width === to.width && from.height === to.height) return pixels;
  const columns = sampleCentres(from.width, to.width);
  const rows = sampleCentres(from.height, to.height);
  const stride = from.width * 3;
  const blended = new Int32Array(stride);
  const enlarged = new Uint8Array(to.width * to.height * 3);
  for (let y = 0, at = 0; y < to.height; y++) {
    const above = rows.lower[y]! * stride;
    const below = rows.upper[y]! * stride;
    const down = rows.fraction[y]!;
    const up = one - down;
    for (let i = 0; i < stride; i++) blended[i] = pixels[above + i]! * up + pixels[below + i]! * down;
    if (from.width === to.width) {
      for (let i = 0; i < stride; i++) enlarged[at++] = (blended[i]! + half) >> bits;
      continue;
    }
    for (let x = 0; x < to.width; x++, at += 3) {
      const left = columns.lower[x]! * 3;
      const right = columns.upper[x]! * 3;
      const across = columns.fraction[x]!;
      const back = one - across;
      enlarged[at] = (blended[left]! * back + blended[right]! * across + halfSquared) >> (2 * bits);
      enlarged[at + 1] =
        (blended[left + 1]! * back + blended[right + 1]! * across + halfSquared) >> (2 * bits);
      enlarged[at + 2] =
        (blended[left + 2]! * back + blended[right + 2]! * across + halfSquared) >> (2 * bits);
    }
  }
  return enlarged;
}

// Fractions are integers of 11 bits, so that a pixel times two of them stays within 31: this runs per pixel on the main
// thread, and floats take twice as long.
const bits = 11;
const one = 1 << bits;
const half = 1 << (bits - 1);
const halfSquared = 1 << (2 * bits - 1);

interface Samples {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  /** How far from `lower` to `upper`, 0 to {@link one}. */
  readonly fraction: Int32Array;
}

function sampleCentres(from: number, to: number): Samples {
  const samples = { lower: new Int32Array(to), upper: new Int32Array(to), fraction: new Int32Array(to) };
  for (let index = 0; index < to; index++) {
    const position = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const lower = Math.floor(position);
    samples.lower[index] = lower;
    samples.upper[index] = Math.min(lower + 1, from - 1);
    samples.fraction[index] = Math.round((position - lower) * one);
  }
  return samples;
}
