import { describe, expect, it } from 'vitest';
import { enlargeBilinear } from './enlarge.ts';

const grey = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value, value, value]));

describe('enlargeBilinear', () => {
  it('samples between pixel centres and repeats the border', () => {
    const doubled = enlargeBilinear(grey(0, 100, 200, 50), { width: 4, height: 1 }, { width: 8, height: 1 });
    expect(doubled).toEqual(grey(0, 25, 75, 125, 175, 163, 88, 50));
    const column = enlargeBilinear(grey(0, 100, 200, 50), { width: 1, height: 4 }, { width: 1, height: 5 });
    expect(column).toEqual(grey(0, 70, 150, 155, 50));
  });

  it('interpolates in both directions at once', () => {
    const square = enlargeBilinear(grey(0, 80, 160, 240), { width: 2, height: 2 }, { width: 4, height: 4 });
    expect(square).toEqual(grey(0, 20, 60, 80, 40, 60, 100, 120, 120, 140, 180, 200, 160, 180, 220, 240));
  });

  it('keeps channels apart and the extremes exact', () => {
    const pixel = Uint8Array.from([255, 0, 7]);
    const filled = enlargeBilinear(pixel, { width: 1, height: 1 }, { width: 3, height: 2 });
    expect([...filled]).toEqual(Array.from({ length: 6 }, () => [255, 0, 7]).flat());
  });

  it('gives the very same pixels for the same size', () => {
    const pixels = grey(1, 2);
    expect(enlargeBilinear(pixels, { width: 2, height: 1 }, { width: 2, height: 1 })).toBe(pixels);
  });
});
