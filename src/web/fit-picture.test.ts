import { expect, it } from 'vitest';
import { decodeImage } from '../image/decode.ts';
import { drawPicture, encodePicture, levelDifference, type Picture } from '../image/testing/pictures.ts';
import { fitPicture } from './fit-picture.ts';

/** Pixels of a linear congruential generator: nothing hides behind smoothness. */
function drawNoise(width: number, height: number): Picture {
  let state = 12345;
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
  return { width, height, pixels };
}

const sizes = [
  [500, 375],
  [320, 240],
  [299, 299],
  [298, 600],
  [160, 120],
  [1280, 960],
  [1400, 1300],
  [2003, 211],
  [601, 1197],
] as const;
const fits = [
  { resize: 'stretch', crop: 1, kernel: 'bilinear' },
  { resize: 'stretch', crop: 0.875, kernel: 'bicubic' },
  { resize: 'crop', crop: 1, kernel: 'bilinear' },
  { resize: 'crop', crop: 0.9, kernel: 'bicubic' },
] as const;

for (const fit of fits) {
  it.each(sizes)(
    `a picture of %i × %i is level for level Node's: ${fit.resize} ${fit.crop}, ${fit.kernel}`,
    async (width, height) => {
      for (const picture of [drawPicture(width, height), drawNoise(width, height)]) {
        const file = await encodePicture(picture).png().toBuffer();
        for (const side of [299, 224]) {
          const whole = { width: side, height: side, ...fit };
          const { mean, max } = levelDifference(fitPicture(picture, whole), await decodeImage(file, whole));
          expect({ side, mean, max }).toEqual({ side, mean: 0, max: 0 });
        }
      }
    },
  );
}
