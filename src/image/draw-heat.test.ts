import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawHeat, type Overlay } from './draw-heat.ts';
import { heatColour } from './heat-colour.ts';
import { openPhoto } from './open-photo.ts';

const stretch = { width: 32, height: 32, resize: 'stretch', crop: 1 } as const;
const crop = { ...stretch, resize: 'crop' } as const;

/** One hot place in a corner of an 8 × 8 map: columns and rows from 0. */
function hotPlace(column: number, row: number): Overlay {
  const values = new Float32Array(64).fill(-1);
  values[row * 8 + column] = 3;
  return { width: 8, height: 8, values };
}

async function grey(width: number, height: number, orientation = 1): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .jpeg({ quality: 100 })
    .withMetadata({ orientation })
    .toBuffer();
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Whether a pixel has another colour than the photo. */
  readonly isHeated: (x: number, y: number) => boolean;
}

async function draw(
  photo: Uint8Array,
  fit: Parameters<typeof drawHeat>[1],
  overlay: Overlay,
  sizePx?: number,
): Promise<Pixels> {
  const opened = await openPhoto(photo);
  const png = await drawHeat(opened, fit, overlay, sizePx === undefined ? {} : { sizePx });
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect((await sharp(png).metadata()).format).toBe('png');
  const { width, height, channels } = info;
  return {
    width,
    height,
    isHeated: (x, y) => {
      const [red = 0, green = 0, blue = 0] = data.subarray((y * width + x) * channels);
      return Math.max(red, green, blue) - Math.min(red, green, blue) > 4;
    },
  };
}

describe('the picture of heat', () => {
  it('lies on the same place of a stretched photo, whatever its proportions', async () => {
    // The place in column 6 and row 1 of eight: x from 300 to 350 of 400, y from 12 to 25 of 100.
    const { width, height, isHeated } = await draw(await grey(400, 100), stretch, hotPlace(6, 1));
    expect([width, height]).toEqual([400, 100]);
    expect(isHeated(325, 18)).toBe(true);
    expect([isHeated(325, 60), isHeated(75, 18), isHeated(75, 81), isHeated(260, 18)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('leaves out what a crop cuts off', async () => {
    // Of 400 × 100 pixels the network sees the middle 100 × 100.
    const everywhere = { width: 8, height: 8, values: new Float32Array(64).fill(2) };
    const { isHeated } = await draw(await grey(400, 100), crop, everywhere);
    expect([isHeated(148, 50), isHeated(251, 50)]).toEqual([false, false]);
    expect([isHeated(151, 2), isHeated(200, 50), isHeated(248, 97)]).toEqual([true, true, true]);
  });

  it('is upright as the photo is', async () => {
    // Turned by a quarter, 200 × 100 stored pixels are 100 × 200 to be seen.
    const { width, height, isHeated } = await draw(await grey(200, 100, 6), stretch, hotPlace(0, 7));
    expect([width, height]).toEqual([100, 200]);
    expect([isHeated(5, 190), isHeated(5, 10), isHeated(95, 190), isHeated(95, 10)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('is made no larger than asked for, and no larger than the photo', async () => {
    const photo = await grey(400, 100);
    expect(await draw(photo, stretch, hotPlace(0, 0), 200)).toMatchObject({ width: 200, height: 50 });
    expect(await draw(photo, stretch, hotPlace(0, 0), 2000)).toMatchObject({ width: 400, height: 100 });
    expect(await draw(await grey(2000, 1), stretch, hotPlace(0, 0))).toMatchObject({
      width: 1024,
      height: 1,
    });
  });

  it('shows the photo alone where nothing speaks for the class', async () => {
    const { isHeated } = await draw(await grey(40, 40), stretch, {
      width: 2,
      height: 2,
      values: Float32Array.of(-1, 0, -3, -0.5),
    });
    expect([isHeated(5, 5), isHeated(35, 5), isHeated(5, 35), isHeated(35, 35)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

it('colours grow lighter and cover more as it grows hotter, so that they need not be told by hue', () => {
  const lightness = (heat: number): number => {
    const [red, green, blue] = heatColour(heat);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  for (let step = 1; step <= 100; step++) {
    expect(lightness(step / 100)).toBeGreaterThan(lightness((step - 1) / 100));
    expect(heatColour(step / 100)[3]).toBeGreaterThanOrEqual(heatColour((step - 1) / 100)[3]);
  }
  expect(heatColour(0)[3]).toBe(0);
  expect(heatColour(-1)[3]).toBe(0);
  expect(heatColour(1)[3]).toBeLessThan(0.8);
});
