import { expect, it } from 'vitest';
import { asFile, drawFeatures, withViews } from '../../test/fixtures/draw-features.ts';
import { pickTaps } from './pick-taps.ts';

const sizes = [2, 3, 1];
const part = drawFeatures({ rows: 20, columns: 6, classes: 2, separation: 1, name: 'taps' });

it('gives the columns of the taps side by side, of the rows to learn from as well', async () => {
  const views = withViews(part);
  const picked = await pickTaps(views, sizes, [0, 2]);
  const [all, kept] = [await part.features.chunk(0), await picked.features.chunk(0)];
  expect(picked.features).toMatchObject({ rows: 20, columns: 3 });
  for (let row = 0; row < 20; row++) {
    expect([...kept.subarray(row * 3, row * 3 + 3)]).toEqual([
      all[row * 6],
      all[row * 6 + 1],
      all[row * 6 + 5],
    ]);
  }
  const learned = await picked.learn?.features.chunk(0);
  expect(learned).toHaveLength(2 * 20 * 3);
  expect(learned?.[5]).toBe((await views.learn?.features.chunk(0))?.[11]);
  expect(picked.labels).toBe(part.labels);
});

it('gives the same from a matrix that is read in chunks', async () => {
  const file = asFile(part, 7);
  const [a, b] = [await pickTaps(part, sizes, [1]), await pickTaps(file, sizes, [1])];
  expect(b.features).toMatchObject({ chunkRows: 7, inMemory: false });
  const whole = await a.features.chunk(0);
  expect([...(await b.features.chunk(2))]).toEqual([...whole.subarray(14 * 3)]);
});

it('gives the part itself when all taps are wanted', async () => {
  expect(await pickTaps(part, sizes, undefined)).toBe(part);
  expect(await pickTaps(part, sizes, [0, 1, 2])).toBe(part);
});
