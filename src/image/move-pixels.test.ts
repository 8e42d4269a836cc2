import { describe, expect, it } from 'vitest';
import { drawMovement, type Movement } from './draw-movement.ts';
import { movePixels } from './move-pixels.ts';
import { seededNumbers } from './seeded-numbers.ts';

const [width, height] = [60, 40];
const size = { width, height };

/** Smooth pictures, so that half a pixel more or less changes few levels: red grows to the right, green downwards, blue waves. */
const level = (x: number, y: number, colour: number): number =>
  [20 + 3.5 * x, 20 + 5 * y, 128 + 25 * Math.sin(x / 9 + y / 7)][colour] ?? NaN;
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
  const place = Math.floor(index / 3);
  return Math.round(level(place % width, Math.floor(place / width), index % 3));
});

/** Where a pixel of the moved picture comes from: turned back around the middle, mirrored back, then into the part. */
function sourceOf(x: number, y: number, { crop, mirrored, degrees }: Movement): [number, number] {
  const angle = (-degrees * Math.PI) / 180;
  const [across, down] = [x + 0.5 - width / 2, y + 0.5 - height / 2];
  const turnedX = across * Math.cos(angle) - down * Math.sin(angle) + width / 2;
  const turnedY = across * Math.sin(angle) + down * Math.cos(angle) + height / 2;
  const straight = mirrored ? width - turnedX : turnedX;
  return [
    crop.left + (straight * crop.width) / width - 0.5,
    crop.top + (turnedY * crop.height) / height - 0.5,
  ];
}

const whole = { left: 0, top: 0, width, height };
const part = { left: 10, top: 4, width: 45, height: 30 };

describe('a movement', () => {
  it.each<[string, Movement]>([
    ['nothing', { crop: whole, mirrored: false, degrees: 0 }],
    ['a part', { crop: part, mirrored: false, degrees: 0 }],
    ['a mirror', { crop: whole, mirrored: true, degrees: 0 }],
    ['a turn clockwise', { crop: whole, mirrored: false, degrees: 15 }],
    ['a turn back', { crop: whole, mirrored: false, degrees: -9 }],
    ['all at once', { crop: part, mirrored: true, degrees: 12 }],
  ])('of %s shows each pixel where it should be', async (_, movement) => {
    const moved = await movePixels(pixels, size, movement);
    let compared = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [fromX, fromY] = sourceOf(x, y, movement);
        const { left, top } = movement.crop;
        const inside =
          fromX >= left + 1 &&
          fromY >= top + 1 &&
          fromX <= left + movement.crop.width - 2 &&
          fromY <= top + movement.crop.height - 2;
        if (!inside) continue;
        compared++;
        for (const colour of [0, 1, 2]) {
          const found = moved[(y * width + x) * 3 + colour] ?? NaN;
          // sharp samples up to a pixel and a half aside, and green changes by five a pixel.
          expect(Math.abs(found - level(fromX, fromY, colour)), `${x} ${y} ${colour}`).toBeLessThan(8);
        }
      }
    }
    expect(compared).toBeGreaterThan(0.6 * width * height);
  });
});

it('movements are drawn over the whole range and never beyond it', () => {
  const random = seededNumbers('movements');
  const drawn = Array.from({ length: 2000 }, () => drawMovement(random, { width: 299, height: 299 }));
  const areas = drawn.map(({ crop }) => (crop.width * crop.height) / 299 ** 2);
  const ratios = drawn.map(({ crop }) => crop.width / crop.height);
  for (const { crop } of drawn) {
    expect(Math.min(crop.left, crop.top)).toBeGreaterThanOrEqual(0);
    expect(Math.max(crop.left + crop.width, crop.top + crop.height)).toBeLessThanOrEqual(299);
  }
  expect(Math.min(...areas)).toBeGreaterThan(0.495);
  expect(Math.min(...areas)).toBeLessThan(0.51);
  expect(Math.max(...areas)).toBeGreaterThan(0.95);
  expect(Math.min(...ratios)).toBeGreaterThan(0.74);
  expect(Math.max(...ratios)).toBeLessThan(1.345);
  expect(Math.max(...ratios)).toBeGreaterThan(1.25);
  expect(Math.max(...drawn.map(({ degrees }) => Math.abs(degrees)))).toBeLessThanOrEqual(15);
  expect(Math.min(...drawn.map(({ degrees }) => degrees))).toBeLessThan(-14.5);
  expect(Math.max(...drawn.map(({ degrees }) => degrees))).toBeGreaterThan(14.5);
  const mirrored = drawn.filter((movement) => movement.mirrored).length;
  expect(mirrored).toBeGreaterThan(900);
  expect(mirrored).toBeLessThan(1100);
});
