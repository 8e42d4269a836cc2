import { describe, expect, it } from 'vitest';
import { unreadable, withViews, drawFeatures } from '../../test/fixtures/draw-features.ts';
import { joinRows } from './joined-rows.ts';
import { listPhotos } from './left-out-photos.ts';

const draw = { columns: 2, classes: 3, separation: 1 };

describe('listPhotos', () => {
  it('puts the views of a photo, its copies and the row to judge it by together', () => {
    const training = withViews(drawFeatures({ ...draw, rows: 7, name: 'training' }));
    const joined = joinRows({ training, validation: training });
    const photos = listPhotos(joined, 100, 0);
    // The third class has two photos of the seven, the others more.
    expect(photos).toHaveLength(7);
    expect(photos[0]).toMatchObject({ learn: [0, 1, 14, 15], judge: [28, 35] });
  });

  it('leaves a photo in that is alone in its class', () => {
    const training = drawFeatures({ ...draw, rows: 5, name: 'training' });
    const joined = joinRows({ training, validation: unreadable(0, 2) });
    expect(listPhotos(joined, 100, 0).map(({ judge }) => judge)).toEqual([[0], [1], [3], [4]]);
  });

  it('draws some of many, others for another seed', () => {
    const joined = joinRows({ training: unreadable(500, 2), validation: unreadable(100, 2) });
    const rows = (seed: number): number[] => listPhotos(joined, 50, seed).flatMap(({ judge }) => judge);
    expect(new Set(rows(0)).size).toBe(rows(0).length);
    expect(listPhotos(joined, 50, 0)).toHaveLength(50);
    expect(rows(0)).toEqual(rows(0));
    expect(rows(0)).not.toEqual(rows(1));
  });
});
