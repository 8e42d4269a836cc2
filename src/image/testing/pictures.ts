import sharp, { type Sharp } from 'sharp';

/** A picture in memory. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** uint8 `[height, width, 3]` */
  readonly pixels: Uint8Array;
}

/** The picture that test/goldens/resize.py and fit.py draw: gradients, a wave and sharp edges. */
export function drawPicture(width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[at++] = Math.floor((x * 255) / (width - 1));
      pixels[at++] = Math.floor((x * x + 3 * y * y) / 40) % 256;
      pixels[at++] = (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 0 ? 230 : 25;
    }
  }
  return { width, height, pixels };
}

/** Hands a picture to sharp. */
export function encodePicture({ width, height, pixels }: Picture): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The mean and the largest distance of two pictures of one size, in levels. */
export function levelDifference(a: Uint8Array, b: Uint8Array): { mean: number; max: number } {
  if (a.length !== b.length) throw new Error(`expected ${b.length} values but found ${a.length}`);
  let sum = 0;
  let max = 0;
  a.forEach((value, index) => {
    const distance = Math.abs(value - (b[index] ?? NaN));
    sum += distance;
    max = Math.max(max, distance);
  });
  return { mean: sum / a.length, max };
}
