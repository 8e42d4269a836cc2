import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PhotoFit } from '../shared/preprocess.ts';
import { decodeImage } from './decode.ts';
import { drawPicture, encodePicture, levelDifference } from './testing/pictures.ts';

interface Golden {
  readonly cases: readonly {
    readonly from: readonly [number, number];
    readonly fit: PhotoFit;
    readonly pixels: string;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/fit.json', import.meta.url), 'utf8'),
) as Golden;
const cases = golden.cases.map((one) => ({ ...one, ...one.fit }));
const png = ([width, height]: readonly [number, number]): Promise<Buffer> =>
  encodePicture(drawPicture(width, height)).png().toBuffer();
const pixelsOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

// Which of timm's cases enlarge both sides: a cut photo never shrinks one and enlarges the other.
const grows = ({ from, fit }: Golden['cases'][number]): boolean =>
  from[0] < fit.width / fit.crop && from[1] < fit.height / fit.crop;

describe("a fit gives the pixels of timm's transforms", () => {
  it.each(cases.filter(grows))(
    'exactly where it enlarges: $resize $crop, $kernel, from $from to $width × $height',
    async ({ from, fit, pixels }) => {
      expect(await decodeImage(await png(from), fit)).toEqual(pixelsOf(pixels));
    },
  );

  it.each(cases.filter((one) => !grows(one)))(
    'nearly where it shrinks: $resize $crop, $kernel, from $from to $width × $height',
    async ({ from, fit, pixels }) => {
      const { mean, max } = levelDifference(await decodeImage(await png(from), fit), pixelsOf(pixels));
      // Measured: bilinear 0.18 and 2, bicubic 0.28 and 13, most of it at the border (repeated, not left out) and at sharp edges,
      // where what exceeds the range is cut off between the two passes, and libvips takes the other one first.
      expect(mean).toBeLessThan(0.35);
      expect(max).toBeLessThanOrEqual(fit.kernel === 'bilinear' ? 2 : 13);
    },
  );

  it('has cases of both kinds for each way to resize and each kernel', () => {
    for (const resize of ['stretch', 'crop'] as const) {
      expect(cases.filter((one) => one.resize === resize && grows(one)).length).toBeGreaterThan(1);
      expect(cases.filter((one) => one.resize === resize && !grows(one)).length).toBeGreaterThan(1);
    }
    for (const kernel of ['bilinear', 'bicubic'] as const) {
      expect(cases.filter((one) => one.kernel === kernel && grows(one)).length).toBeGreaterThan(1);
      expect(cases.filter((one) => one.kernel === kernel && !grows(one)).length).toBeGreaterThan(1);
    }
  });
});

it('the middle is cut from the upright photo', async () => {
  // Left third red, right third blue; stored on its side, as a phone does.
  const upright = { width: 96, height: 32 };
  const pixels = new Uint8Array(upright.width * upright.height * 3);
  for (let index = 0; index < pixels.length; index += 3) {
    const x = (index / 3) % upright.width;
    pixels.set(x < 32 ? [255, 0, 0] : x < 64 ? [0, 255, 0] : [0, 0, 255], index);
  }
  const file = await encodePicture({ ...upright, pixels })
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  for (const side of [16, 64]) {
    const decoded = await decodeImage(file, {
      width: side,
      height: side,
      resize: 'crop',
      crop: 1,
      kernel: 'bicubic',
    });
    const inner = decoded.filter((_, index) => {
      const x = Math.floor(index / 3) % side;
      return x > side / 8 && x < side - side / 8;
    });
    const green = Uint8Array.from(inner, (_, index) => (index % 3 === 1 ? 255 : 0));
    expect(levelDifference(inner, green).max).toBeLessThanOrEqual(2);
  }
});

it('a long strip is cut without being enlarged as a whole', async () => {
  const strip = encodePicture({ width: 200_000, height: 2, pixels: new Uint8Array(1_200_000).fill(90) });
  const file = await strip.tiff({ compression: 'lzw' }).toBuffer();
  const fit = { width: 32, height: 32, resize: 'crop', crop: 0.5, kernel: 'bicubic' } as const;
  // Scaled as a whole it would be 6,400,000 × 64 pixels.
  expect(new Set(await decodeImage(file, fit))).toEqual(new Set([90]));
});
