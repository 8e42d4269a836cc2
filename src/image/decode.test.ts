import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode.ts';
import { drawPicture, encodePicture, levelDifference, type Picture } from './testing/pictures.ts';

/** Waves that a lossy format keeps: periods of 20 to 60 pixels. */
function drawSmooth(width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[at++] = 128 + 100 * Math.sin(x / 8) * Math.cos(y / 11);
      pixels[at++] = 128 + 100 * Math.sin((x + y) / 10);
      pixels[at++] = 128 + 100 * Math.cos(x / 9 - y / 7);
    }
  }
  return { width, height, pixels };
}

/** Antialiased bilinear as defined: a triangle as wide as one output pixel (at least one input pixel) to either side. */
function resizeByTriangle(
  { width, height, pixels }: Picture,
  newWidth: number,
  newHeight: number,
): Uint8Array {
  const columns = triangles(width, newWidth);
  const rows = triangles(height, newHeight);
  const resized = new Uint8Array(newWidth * newHeight * 3);
  for (let y = 0, at = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [row, down] of rows[y]!) {
          for (const [column, across] of columns[x]!) {
            sum += down * across * pixels[(row * width + column) * 3 + channel]!;
          }
        }
        resized[at++] = Math.round(sum);
      }
    }
  }
  return resized;
}

function triangles(from: number, to: number): [index: number, weight: number][][] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, target) => {
    const centre = (target + 0.5) * scale;
    const taps: [number, number][] = [];
    for (let index = 0; index < from; index++) {
      const weight = 1 - Math.abs(index + 0.5 - centre) / support;
      if (weight > 0) taps.push([index, weight]);
    }
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    return taps.map(([index, weight]) => [index, weight / total]);
  });
}

/** The picture without its outermost pixels. */
function inner(pixels: Uint8Array, width: number): Uint8Array {
  return pixels.filter((_, index) => {
    const pixel = Math.floor(index / 3);
    const x = pixel % width;
    return x > 0 && x < width - 1 && pixel >= width && index < pixels.length - width * 3;
  });
}

interface Golden {
  cases: { from: [number, number]; to: [number, number]; pixels: string }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/resize.json', import.meta.url), 'utf8'),
) as Golden;

describe('the stretch to a size', () => {
  it.each(golden.cases)('agrees with Pillow from $from to $to', async ({ from, to, pixels }) => {
    const png = await encodePicture(drawPicture(...from))
      .png()
      .toBuffer();
    const decoded = await decodeImage(png, { width: to[0], height: to[1] });
    const expected = Buffer.from(pixels, 'hex');
    const { mean, max } = levelDifference(inner(decoded, to[0]), inner(expected, to[0]));
    expect(mean).toBeLessThan(0.3);
    expect(max).toBeLessThanOrEqual(2);
    // Where the filter overlaps the border, Pillow leaves out what lies beyond and libvips repeats the border's pixel.
    expect(levelDifference(decoded, expected).mean).toBeLessThan(0.8);
  });

  it.each([
    ['a size just above the target', 500, 375],
    ['a width above and a height below it', 320, 240],
    ['a size below the target', 160, 120],
    ['a size of more than four times the target', 1400, 1300],
  ])('is an antialiased bilinear for a PNG of %s', async (_, width, height) => {
    const picture = drawSmooth(width, height);
    const decoded = await decodeImage(await encodePicture(picture).png().toBuffer(), {
      width: 299,
      height: 299,
    });
    const { mean, max } = levelDifference(decoded, resizeByTriangle(picture, 299, 299));
    // From four times on, libvips averages blocks of pixels before it filters: 0.6 here, 0.3 on photos.
    const blocks = width > 4 * 299;
    expect(mean).toBeLessThan(blocks ? 0.7 : 0.4);
    expect(max).toBeLessThanOrEqual(blocks ? 6 : 3);
  });

  it('stays close to it for a JPEG that is shrunk while loading', async () => {
    const jpeg = await encodePicture(drawSmooth(1400, 1300))
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    const whole = { width: info.width, height: info.height, pixels: data };
    const decoded = await decodeImage(jpeg, { width: 299, height: 299 });
    const { mean, max } = levelDifference(decoded, resizeByTriangle(whole, 299, 299));
    expect(mean).toBeLessThan(0.7);
    expect(max).toBeLessThanOrEqual(6);
  });

  it('leaves the pixels of the target size alone', async () => {
    const picture = drawPicture(40, 30);
    expect(
      await decodeImage(await encodePicture(picture).png().toBuffer(), { width: 40, height: 30 }),
    ).toEqual(picture.pixels);
  });
});

describe('orientation', () => {
  const blue = [0, 0, 255];
  const red = [255, 0, 0];
  const green = [0, 255, 0];
  const white = [255, 255, 255];
  // The stored picture whose upright form is red, green over blue, white; from the definition of EXIF tag 0x0112.
  const stored: Record<number, number[][]> = {
    1: [red, green, blue, white],
    2: [green, red, white, blue],
    3: [white, blue, green, red],
    4: [blue, white, red, green],
    5: [red, blue, green, white],
    6: [green, white, red, blue],
    7: [white, green, blue, red],
    8: [blue, red, white, green],
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i of EXIF is upright once decoded', async (orientation) => {
    const quarters = stored[orientation]!;
    const turned = orientation >= 5;
    const size = turned ? { width: 32, height: 64 } : { width: 64, height: 32 };
    const pixels = new Uint8Array(size.width * size.height * 3);
    for (let y = 0, at = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++, at += 3) {
        pixels.set(quarters[(y * 2 >= size.height ? 2 : 0) + (x * 2 >= size.width ? 1 : 0)]!, at);
      }
    }
    const jpeg = await encodePicture({ ...size, pixels })
      .withMetadata({ orientation })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    // 48 wide shrinks, 40 high enlarges: both ways of resizing see the orientation.
    const decoded = await decodeImage(jpeg, { width: 48, height: 40 });
    const corners = [
      [4, 4],
      [43, 4],
      [4, 35],
      [43, 35],
    ].map(([x, y]) => [...decoded.subarray((y! * 48 + x!) * 3, (y! * 48 + x!) * 3 + 3)]);
    for (const [index, expected] of [red, green, blue, white].entries()) {
      expect(
        levelDifference(Uint8Array.from(corners[index]!), Uint8Array.from(expected)).max,
      ).toBeLessThanOrEqual(6);
    }
  });
});

describe('colours', () => {
  const orange = { r: 240, g: 120, b: 40 };
  const plain = (
    background: { r: number; g: number; b: number; alpha?: number },
    channels: 3 | 4 = 3,
  ): Sharp => sharp({ create: { width: 20, height: 20, channels, background } });
  const centre = async (file: Uint8Array): Promise<number[]> => {
    const decoded = await decodeImage(file, { width: 10, height: 10 });
    expect(decoded.length).toBe(300);
    return [...decoded.subarray(165, 168)];
  };

  it('of a CMYK JPEG become sRGB', async () => {
    const file = await plain(orange).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(file).metadata()).channels).toBe(4);
    const [red, green, blue] = await centre(file);
    // The press cannot print every colour, so this one comes back paler.
    expect(Math.abs(red! - 240)).toBeLessThan(25);
    expect(Math.abs(green! - 120)).toBeLessThan(25);
    expect(Math.abs(blue! - 40)).toBeLessThan(40);
  });

  it('of a 16-bit PNG become 8-bit', async () => {
    const file = await plain(orange).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    expect(await centre(file)).toEqual([240, 120, 40]);
  });

  it.each([
    ['8-bit', 'b-w'],
    ['16-bit', 'grey16'],
  ])('of a greyscale %s PNG become three equal channels', async (_, space) => {
    const file = await plain({ r: 130, g: 130, b: 130 }).toColourspace(space).png().toBuffer();
    expect((await sharp(file).metadata()).channels).toBe(1);
    expect(await centre(file)).toEqual([130, 130, 130]);
  });

  it('of a greyscale JPEG become three equal channels', async () => {
    const file = await plain({ r: 130, g: 130, b: 130 }).toColourspace('b-w').jpeg().toBuffer();
    expect((await sharp(file).metadata()).channels).toBe(1);
    expect(await centre(file)).toEqual([130, 130, 130]);
  });

  it('of a palette PNG are looked up', async () => {
    expect(await centre(await plain(orange).png({ palette: true }).toBuffer())).toEqual([240, 120, 40]);
  });

  it('with alpha lie on white', async () => {
    expect(await centre(await plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer())).toEqual([
      255, 255, 255,
    ]);
    const half = await centre(await plain({ r: 0, g: 0, b: 200, alpha: 0.5 }, 4).png().toBuffer());
    expect(levelDifference(Uint8Array.from(half), Uint8Array.from([127, 127, 227])).max).toBeLessThanOrEqual(
      1,
    );
    const grey = sharp(
      Uint8Array.from({ length: 800 }, (_, index) => (index % 2 === 0 ? 0 : 255)),
      {
        raw: { width: 20, height: 20, channels: 2 },
      },
    );
    expect(await centre(await grey.png().toBuffer())).toEqual([0, 0, 0]);
  });

  it('of a wide-gamut profile are converted to sRGB', async () => {
    const file = await plain({ r: 200, g: 60, b: 60 }).withIccProfile('p3').png().toBuffer();
    const [red, green, blue] = await centre(file);
    expect(
      levelDifference(Uint8Array.from([red!, green!, blue!]), Uint8Array.from([200, 60, 60])).max,
    ).toBeLessThanOrEqual(2);
  });

  it.each(['webp', 'avif', 'tiff', 'gif', 'jpeg', 'png'] as const)('of a %s file survive', async (format) => {
    const decoded = await centre(await plain(orange).toFormat(format).toBuffer());
    expect(
      levelDifference(Uint8Array.from(decoded), Uint8Array.from([240, 120, 40])).max,
    ).toBeLessThanOrEqual(4);
  });

  it.each(['gif', 'webp'] as const)('of an animated %s are those of its first frame', async (format) => {
    const frames = new Uint8Array(20 * 60 * 3);
    for (const [frame, colour] of [
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 200],
    ].entries()) {
      for (let at = frame * 1200; at < (frame + 1) * 1200; at += 3) frames.set(colour, at);
    }
    const animated = await sharp(frames, { raw: { width: 20, height: 60, channels: 3, pageHeight: 20 } })
      .toFormat(format, { delay: [50, 50, 50] })
      .toBuffer();
    expect((await sharp(animated).metadata()).pages).toBe(3);
    const decoded = await centre(animated);
    expect(levelDifference(Uint8Array.from(decoded), Uint8Array.from([200, 0, 0])).max).toBeLessThanOrEqual(
      4,
    );
  });
});
