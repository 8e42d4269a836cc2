import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { drawPhoto } from '../../test/support/photos.ts';
import type { Photo } from '../dataset/dataset.ts';
import { extractFeatures } from './extract.ts';
import { type FeatureStore, openFeatureStore } from './store.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const backbone = tinyBackbone();

/** Writes drawn photos of 200 × 160 pixels, and in the places given files that are cut off. */
async function makePhotos(count: number, damaged: readonly number[] = []): Promise<Photo[]> {
  const folder = await temporaryFolder();
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const whole = await drawPhoto('circles', number);
      const bytes = damaged.includes(number) ? whole.subarray(0, whole.length / 2) : whole;
      const path = `${number}.jpg`;
      const file = join(folder, path);
      await writeFile(file, bytes);
      return { path, file, label: 0, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

async function openStore(): Promise<FeatureStore> {
  return openFeatureStore(await temporaryFolder(), backbone);
}

describe('photos that cannot be decoded', () => {
  it('are listed, and the rest is computed', async () => {
    const [photos, store] = [await makePhotos(12, [2, 7]), await openStore()];
    const { computed, cached, failed } = await extractFeatures(photos, backbone, [store], { workers: 1 });
    expect({ computed, cached }).toEqual({ computed: 10, cached: 0 });
    expect(failed.map(({ path, code }) => [path, code])).toEqual([
      ['2.jpg', 'PHOTO_CORRUPT'],
      ['7.jpg', 'PHOTO_CORRUPT'],
    ]);
  });

  it('stop a strict extraction at the first one; what was computed is kept', async () => {
    const [photos, store] = [await makePhotos(60, [5]), await openStore()];
    const strict = await extractFeatures(photos, backbone, [store], { workers: 1, strict: true });
    expect(strict.failed.map(({ path }) => path)).toEqual(['5.jpg']);
    // Four photos are under way at once when it stops.
    expect(strict.computed).toBeLessThan(20);
    expect((await store.locate(photos.map(({ sha256 }) => sha256))).size).toBe(strict.computed);
    const rest = await extractFeatures(photos, backbone, [store], { workers: 1 });
    expect(rest).toMatchObject({ computed: 59 - strict.computed, cached: strict.computed });
  });
});

describe('the limit of pixels', () => {
  it('holds for stored features as for new ones, with the same words, and changes nothing in the store', async () => {
    const [photos, fresh, warm] = [await makePhotos(6), await openStore(), await openStore()];
    const limit = { workers: 1, maxPixels: 200 * 160 - 1 };
    const cold = await extractFeatures(photos, backbone, [fresh], limit);
    expect(cold).toMatchObject({ computed: 0, cached: 0 });
    expect(cold.failed).toHaveLength(6);
    expect(cold.failed[0]).toMatchObject({ path: '0.jpg', code: 'PHOTO_TOO_LARGE' });
    expect(cold.failed[0]?.reason).toContain('found 200 × 160 = 32,000');

    await extractFeatures(photos, backbone, [warm], { workers: 1 });
    expect(await extractFeatures(photos, backbone, [warm], limit)).toEqual(cold);
    expect(
      (await extractFeatures(photos, backbone, [warm], { ...limit, strict: true })).failed.length,
    ).toBeGreaterThan(0);
    expect(await extractFeatures(photos, backbone, [warm], { workers: 1, maxPixels: 32_000 })).toEqual({
      computed: 0,
      cached: 6,
      failed: [],
    });
  });
});
