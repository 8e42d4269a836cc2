import { describe, expect, it } from 'vitest';
import { augmentPixels } from './augment.ts';
import { seededNumbers } from './seeded-numbers.ts';

const size = { width: 24, height: 18 };
/** Levels of 70 to 180, which no change takes beyond 0 or 255. */
const pixels = Uint8Array.from({ length: 24 * 18 * 3 }, (_, index) => 70 + ((index * 37) % 111));
const photo = 'ab'.repeat(32);

it('numbers of a seed are those of SHA-256, and lie in [0, 1)', () => {
  // sha256sum of "abc 0" and "abc 1": first words 43145065 and aadfaaf9.
  const random = seededNumbers('abc');
  const numbers = Array.from({ length: 1000 }, random);
  expect(numbers[0]).toBe(0x43145065 / 2 ** 32);
  expect(numbers[8]).toBe(0xaadfaaf9 / 2 ** 32);
  expect(Math.min(...numbers)).toBeLessThan(0.01);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1);
});

describe.each(['colour', 'strong'] as const)('%s', (kind) => {
  it('is the same for a seed, another for another, and never the photo itself', async () => {
    const [first, again, other] = [
      await augmentPixels(pixels, size, kind, `${photo} 1`),
      await augmentPixels(pixels, size, kind, `${photo} 1`),
      await augmentPixels(pixels, size, kind, `${photo} 2`),
    ];
    expect(first).toHaveLength(pixels.length);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first).not.toEqual(pixels);
  });

  it('keeps a photo of one grey one grey: nothing from outside comes in', async () => {
    const grey = new Uint8Array(pixels.length).fill(100);
    for (let seed = 0; seed < 20; seed++) {
      const levels = await augmentPixels(grey, size, kind, `grey ${seed}`);
      // Brightness and contrast move it together by a fifth each at most; contrast leaves the mean where it is.
      expect(Math.max(...levels) - Math.min(...levels)).toBeLessThanOrEqual(1);
      expect(Math.min(...levels)).toBeGreaterThanOrEqual(79);
      expect(Math.max(...levels)).toBeLessThanOrEqual(121);
    }
  });
});

it('colours change by brightness, contrast, saturation and hue, one after the other', async () => {
  const levels = await augmentPixels(pixels, size, 'colour', 'a seed');
  const random = seededNumbers('a seed');
  const [brightness, contrast, saturation] = [0, 0, 0].map(() => 0.8 + 0.4 * random()) as [
    number,
    number,
    number,
  ];
  const angle = (random() * 14.4 - 7.2) * (Math.PI / 180);
  const greyOf = (red: number, green: number, blue: number): number =>
    0.213 * red + 0.715 * green + 0.072 * blue;
  const colours = Array.from({ length: pixels.length / 3 }, (_, at) => [
    ...pixels.subarray(at * 3, at * 3 + 3),
  ]);
  const brighter = colours.map((colour) => colour.map((level) => level * brightness));
  const mean =
    brighter.reduce((sum, [red = 0, green = 0, blue = 0]) => sum + greyOf(red, green, blue), 0) /
    brighter.length;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const expected = brighter.flatMap((colour) => {
    const contrasted = colour.map((level) => mean + contrast * (level - mean));
    const [r = 0, g = 0, b = 0] = contrasted;
    const own = greyOf(r, g, b);
    const [red, green, blue] = contrasted.map((level) => own + saturation * (level - own)) as [
      number,
      number,
      number,
    ];
    // The matrix of hueRotate as the specification prints it.
    return [
      (0.213 + c * 0.787 - s * 0.213) * red +
        (0.715 - c * 0.715 - s * 0.715) * green +
        (0.072 - c * 0.072 + s * 0.928) * blue,
      (0.213 - c * 0.213 + s * 0.143) * red +
        (0.715 + c * 0.285 + s * 0.14) * green +
        (0.072 - c * 0.072 - s * 0.283) * blue,
      (0.213 - c * 0.213 - s * 0.787) * red +
        (0.715 - c * 0.715 + s * 0.715) * green +
        (0.072 + c * 0.928 + s * 0.072) * blue,
    ];
  });
  const worst = Math.max(...expected.map((level, at) => Math.abs(level - (levels[at] ?? NaN))));
  // Rounded to nearest, in float32.
  expect(worst).toBeLessThan(0.51);
});
