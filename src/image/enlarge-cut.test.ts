import { describe, expect, it } from 'vitest';
import { enlargeCut, sourceSpan } from './enlarge-cut.ts';
import { drawPicture } from './testing/pictures.ts';

const grey = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value, value, value]));
const whole = (from: number, to: number): { from: number; to: number; first: number; count: number } => ({
  from,
  to,
  first: 0,
  count: to,
});

describe('enlargeCut', () => {
  it('samples the cubic of Keys between pixel centres and shares its weights out anew at the border', () => {
    // At a quarter pixel the four weights are −9, 111, 29 and −3 of 128; at the border those inside add up to 102, 137 and 131.
    const doubled = enlargeCut(grey(0, 128, 0, 0), whole(4, 8), whole(1, 1), 'bicubic');
    expect(doubled).toEqual(grey(0, 27, 108, 111, 29, 0, 0, 0));
    const raised = enlargeCut(grey(100, 228, 100, 100), whole(4, 8), whole(1, 1), 'bicubic');
    expect(raised).toEqual(grey(89, 127, 208, 211, 129, 91, 97, 100));
  });

  it('keeps a plain picture plain and does not leave the range', () => {
    for (const kernel of ['bilinear', 'bicubic'] as const) {
      const plain = enlargeCut(new Uint8Array(5 * 4 * 3).fill(255), whole(5, 13), whole(4, 11), kernel);
      expect(new Set(plain)).toEqual(new Set([255]));
    }
    const edge = enlargeCut(grey(0, 0, 255, 255), whole(4, 16), whole(1, 1), 'bicubic');
    expect(edge.subarray(0, 6 * 3)).toEqual(new Uint8Array(18));
    expect(edge.subarray(10 * 3)).toEqual(new Uint8Array(18).fill(255));
  });

  it.each(['bilinear', 'bicubic'] as const)(
    'cuts the very pixels out that the whole would have (%s)',
    (kernel) => {
      const { width, height, pixels } = drawPicture(17, 12);
      const [columns, rows] = [whole(width, 50), whole(height, 31)];
      const all = enlargeCut(pixels, columns, rows, kernel);
      for (const [left, top, across, down] of [
        [0, 0, 1, 1],
        [13, 9, 20, 12],
        [49, 30, 1, 1],
        [30, 0, 20, 31],
      ] as const) {
        const cutColumns = { ...columns, first: left, count: across };
        const cutRows = { ...rows, first: top, count: down };
        const [x, y] = [sourceSpan(cutColumns, kernel), sourceSpan(cutRows, kernel)];
        const source = pixels.filter((_, index) => {
          const column = Math.floor(index / 3) % width;
          const row = Math.floor(index / 3 / width);
          return column >= x.first && column < x.first + x.count && row >= y.first && row < y.first + y.count;
        });
        expect(x.count).toBeLessThan(width + 1);
        const expected = all.filter((_, index) => {
          const column = Math.floor(index / 3) % 50;
          const row = Math.floor(index / 3 / 50);
          return column >= left && column < left + across && row >= top && row < top + down;
        });
        expect(enlargeCut(source, cutColumns, cutRows, kernel)).toEqual(expected);
      }
    },
  );

  it('leaves sides alone that do not grow', () => {
    const { pixels } = drawPicture(6, 4);
    expect(enlargeCut(pixels, whole(6, 6), whole(4, 4), 'bicubic')).toBe(pixels);
    expect(enlargeCut(pixels, { from: 60, to: 12, first: 3, count: 6 }, whole(4, 4), 'bicubic')).toBe(pixels);
  });
});

it('a stretch far inside a long side needs few pixels of it', () => {
  expect(sourceSpan({ from: 1_000_000, to: 2_000_000, first: 1_000_000, count: 224 }, 'bicubic')).toEqual({
    first: 499_998,
    count: 116,
  });
});
