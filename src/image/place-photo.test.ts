import { expect, it } from 'vitest';
import { placePhoto } from './place-photo.ts';

const axis = (from: number, to: number, first: number, count: number): object => ({ from, to, first, count });

// By hand, from the rules in timm's transforms_factory.py and torchvision's functional.py.
it.each([
  ['stretches both sides on their own', [500, 375], [299, 299, 'stretch', 1], [299, 0], [299, 0]],
  ['keeps the middle of a stretched photo', [500, 375], [224, 192, 'stretch', 0.875], [256, 16], [219, 14]],
  ['scales the shorter side for a square', [500, 375], [224, 224, 'crop', 0.875], [341, 58], [256, 16]],
  ['the same for a portrait', [375, 500], [224, 224, 'crop', 0.875], [256, 16], [341, 58]],
  ['rounds the share down', [300, 300], [224, 224, 'crop', 0.9], [248, 12], [248, 12]],
  ['keeps all of the shorter side at 1', [500, 375], [224, 224, 'crop', 1], [298, 37], [224, 0]],
  ['rounds half an offset to the even pixel', [300, 297], [224, 224, 'crop', 0.869], [259, 18], [257, 16]],
  ['covers a rectangle with the photo', [500, 375], [200, 300, 'crop', 1], [400, 100], [300, 0]],
  ['and a wide one', [500, 375], [300, 100, 'crop', 0.5], [600, 150], [450, 175]],
  ['enlarges a small photo', [20, 10], [224, 224, 'crop', 0.875], [512, 144], [256, 16]],
] as const)('%s', (_, [photoWidth, photoHeight], [width, height, resize, crop], columns, rows) => {
  const placed = placePhoto({ width: photoWidth, height: photoHeight }, { width, height, resize, crop });
  expect(placed.columns).toEqual(axis(photoWidth, columns[0], columns[1], width));
  expect(placed.rows).toEqual(axis(photoHeight, rows[0], rows[1], height));
});

it('never cuts more than there is, whatever the photo, the rectangle and the share', () => {
  for (const [width, height] of [
    [1, 1],
    [1, 90_000],
    [33, 32],
    [224, 225],
    [4000, 3000],
  ] as const) {
    for (const [boxWidth, boxHeight] of [
      [1, 1],
      [224, 224],
      [224, 160],
      [31, 299],
    ] as const) {
      for (const crop of [1, 0.999, 0.965, 0.9, 0.875, 0.5, 0.1]) {
        for (const resize of ['stretch', 'crop'] as const) {
          const placed = placePhoto({ width, height }, { width: boxWidth, height: boxHeight, resize, crop });
          for (const { to, first, count } of [placed.columns, placed.rows]) {
            expect(first).toBeGreaterThanOrEqual(0);
            expect(first + count).toBeLessThanOrEqual(to);
          }
        }
      }
    }
  }
});
