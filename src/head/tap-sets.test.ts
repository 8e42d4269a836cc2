import { expect, it } from 'vitest';
import { drawFeatures, withValues } from '../../test/fixtures/draw-features.ts';
import type { LabelledFeatures } from './head.ts';
import { listTapSets, middleTapSet } from './tap-sets.ts';

/** Taps of two columns each. */
function draw(taps: number): LabelledFeatures {
  return drawFeatures({ rows: 200, columns: 2 * taps, classes: 2, separation: 1, name: 'sets' });
}

it('lists the last tap, the last quarter, half and three quarters, and all', async () => {
  const sets = await listTapSets(draw(8), Array<number>(8).fill(2));
  expect(sets).toEqual([[7], [6, 7], [4, 5, 6, 7], [2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]]);
  expect(middleTapSet(sets)).toEqual([6, 7]);
});

it('lists each set once where there are few taps', async () => {
  expect(await listTapSets(draw(2), [2, 2])).toEqual([[1], [0, 1]]);
  expect(await listTapSets(draw(1), [2])).toEqual([[0]]);
  expect(middleTapSet([[0]])).toEqual([0]);
});

it('leaves out a tap that nearly repeats a later one, and keeps one that follows it less closely', async () => {
  const near = (noise: number): Promise<LabelledFeatures> =>
    withValues(draw(3), (values) => {
      for (let at = 0; at < values.length; at += 6) {
        // The second tap is the third again, but for a twentieth or half of its spread.
        values[at + 2] = values[at + 4]! + noise * values[at]!;
        values[at + 3] = values[at + 5]! + noise * values[at + 1]!;
      }
    });
  expect((await listTapSets(await near(0.05), [2, 2, 2])).at(-1)).toEqual([0, 2]);
  expect((await listTapSets(await near(0.5), [2, 2, 2])).at(-1)).toEqual([0, 1, 2]);
});
