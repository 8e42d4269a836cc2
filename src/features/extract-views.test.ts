import { createHash } from 'node:crypto';
import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { pretendFreeSpace } from '../../test/support/free-space.ts';
import { drawPhoto } from '../../test/support/photos.ts';
import type { Photo } from '../dataset/dataset.ts';
import { augmentPixels } from '../image/augment.ts';
import { decodeImage } from '../image/decode.ts';
import { attachViews } from '../onnx/attach-views.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { estimateExtraction } from './estimate-extraction.ts';
import { extractFeatures } from './extract.ts';
import { augmentedViewsOf, type FeatureView } from './feature-view.ts';
import { type FeatureStore, openFeatureStore } from './store.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';

const backbone = tinyBackbone();
const size = { width: backbone.preprocess.width, height: backbone.preprocess.height };

async function makePhotos(count: number): Promise<Photo[]> {
  const folder = await temporaryFolder();
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const bytes = await drawPhoto('circles', number);
      const file = join(folder, `${number}.jpg`);
      await writeFile(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path: `${number}.jpg`, file, label: 0, sha256 };
    }),
  );
}

function openStores(home: string, views: readonly FeatureView[]): Promise<FeatureStore[]> {
  return Promise.all(views.map((view) => openFeatureStore(home, backbone, view)));
}

/** The photo's values of all taps in a view, as they are stored. */
async function rowOf(store: FeatureStore, { sha256 }: Photo): Promise<number[]> {
  const location = (await store.locate([sha256])).get(sha256);
  const { values } = await store.read(location?.segment ?? '', backbone.taps);
  return values.flatMap((tap, index) => {
    const columns = backbone.taps[index]?.size ?? 0;
    const row = location?.row ?? NaN;
    return [...tap.subarray(row * columns, (row + 1) * columns)];
  });
}

/** What the network gives for a photo's pixels, in the order of the taps; a row for each picture that it sees. */
async function compute(
  data: Uint8Array,
  views?: readonly ReturnType<typeof viewsOf>[number][],
): Promise<number[][]> {
  const model = views === undefined ? backbone.model : attachViews(backbone.model, views);
  await using sessions = await openSessions(model, { workers: 1 });
  const image = { type: 'uint8', dims: [1, size.height, size.width, 3], data } as const;
  const outputs = await sessions.run({ image });
  return Array.from({ length: views?.length ?? 1 }, (_, row) =>
    backbone.taps.flatMap(({ name, size: columns }) =>
      [...(outputs[name]?.data ?? [])].slice(row * columns, (row + 1) * columns).map(Number),
    ),
  );
}

const folders = async (home: string): Promise<string[]> => (await readdir(join(home, 'features'))).sort();

describe('features of several views', () => {
  it('are, bit for bit, what the graph with these views gives, each in a folder of its own', async () => {
    const [photos, home, views] = [await makePhotos(3), await temporaryFolder(), viewsOf(10)];
    const stores = await openStores(home, views);
    const extraction = await extractFeatures(photos, backbone, stores, { workers: 1 });
    expect(extraction).toEqual({ computed: 3, cached: 0, failed: [] });
    for (const photo of photos) {
      const expected = await compute(await decodeImage(photo.file, size), views);
      expect(await Promise.all(stores.map((store) => rowOf(store, photo)))).toEqual(expected);
      expect(new Set(expected.map((row) => row.join())).size).toBe(10);
    }
    const name = `${'0'.repeat(16)}-uint8-tiny`;
    expect(await folders(home)).toEqual(
      views.map((view) => `${name}${view === 'whole' ? '' : `-${view}`}-v1`).sort(),
    );
  });

  it('that are there already are not computed again', async () => {
    const [photos, home] = [await makePhotos(4), await temporaryFolder()];
    await extractFeatures(photos, backbone, await openStores(home, ['whole']), { workers: 1 });
    const before = await filesBelow(home);
    const lines: string[] = [];
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'line') lines.push(event.text);
    };
    const two = await openStores(home, viewsOf(2));
    expect(await extractFeatures(photos, backbone, two, { workers: 1, onProgress })).toEqual({
      computed: 4,
      cached: 0,
      failed: [],
    });
    expect(lines).toEqual(['1 view of 4 photos, about 1 MB in the store']);
    const added = (await filesBelow(home)).filter((file) => !before.includes(file));
    expect(added.map((file) => basename(join(file, '..')))).toEqual([
      `${'0'.repeat(16)}-uint8-tiny-whole-mirrored-v1`,
    ]);
    const again = await extractFeatures(photos, backbone, await openStores(home, viewsOf(2)), { workers: 1 });
    expect(again).toEqual({ computed: 0, cached: 4, failed: [] });
    const [expected = []] = await compute(await decodeImage(photos[0]!.file, size), ['whole-mirrored']);
    expect(await rowOf(two[1]!, photos[0]!)).toEqual(expected);
  });

  it('of a broken segment are computed again, and no others', async () => {
    const [photos, home, views] = [await makePhotos(4), await temporaryFolder(), viewsOf(4)];
    await extractFeatures(photos, backbone, await openStores(home, views), { workers: 1 });
    const expected = await rowOf((await openStores(home, views))[2]!, photos[1]!);
    const files = await filesBelow(home);
    const broken = files.find((file) => file.includes('centre-80-v1')) ?? '';
    await truncate(broken, (await stat(broken)).size - 9);
    const whole = files.filter((file) => file !== broken);
    const written = await Promise.all(whole.map(async (file) => (await stat(file)).ino));
    const stores = await openStores(home, views);
    expect((await extractFeatures(photos, backbone, stores, { workers: 1 })).computed).toBe(4);
    expect(await Promise.all(whole.map(async (file) => (await stat(file)).ino))).toEqual(written);
    const now = await filesBelow(home);
    expect(
      now
        .filter((file) => !whole.includes(file))
        .map((file) => file.replace(/^.*\./, '.'))
        .sort(),
    ).toEqual(['.arrow', '.broken']);
    expect(await rowOf(stores[2]!, photos[1]!)).toEqual(expected);
  });

  it('of photos that lack different views are computed set by set', async () => {
    const [photos, home] = [await makePhotos(6), await temporaryFolder()];
    await extractFeatures(photos.slice(0, 4), backbone, await openStores(home, ['whole', 'centre-80']), {
      workers: 1,
    });
    const events: ProgressEvent[] = [];
    const { computed, cached } = await extractFeatures(photos, backbone, await openStores(home, viewsOf(4)), {
      workers: 1,
      onProgress: (event) => void events.push(event),
    });
    expect({ computed, cached }).toEqual({ computed: 6, cached: 0 });
    expect(events[0]).toMatchObject({
      type: 'line',
      text: '16 views in all of 6 photos, about 1 MB in the store',
    });
    expect(events.at(-1)).toMatchObject({ type: 'progress', done: 6, total: 6, unit: 'photos', etaMs: 0 });
  });
});

describe('features of augmented views', () => {
  it.each([
    ['beside views', viewsOf(2), 'strong'],
    ['alone', [], 'colour'],
  ] as const)('%s are those of pixels that follow from the photo', async (_, made, augment) => {
    const [photos, home] = [await makePhotos(2), await temporaryFolder()];
    const augmented = augmentedViewsOf(augment);
    const stores = await openStores(home, [...augmented, ...made]);
    await extractFeatures(photos, backbone, stores, { workers: 1 });
    for (const photo of photos) {
      const pixels = await decodeImage(photo.file, size);
      for (const [index, view] of augmented.entries()) {
        const changed = await augmentPixels(pixels, size, augment, `${photo.sha256} ${view}`);
        expect([await rowOf(stores[index]!, photo)]).toEqual(await compute(changed));
      }
      for (const [index, view] of made.entries()) {
        expect([await rowOf(stores[augmented.length + index]!, photo)]).toEqual(
          await compute(await decodeImage(photo.file, size), [view]),
        );
      }
    }
    const again = await extractFeatures(photos, backbone, stores, { workers: 1 });
    expect(again).toEqual({ computed: 0, cached: 2, failed: [] });
  });
});

describe('the space on the disk', () => {
  it('is asked for before several views are computed: too little is a clear error, and nothing is written', async () => {
    const [photos, home] = [await makePhotos(3), await temporaryFolder()];
    // 2 taps of 16 values and about 100 bytes more, 4 views of 3 photos.
    const needed = 12 * (2 * 16 * 4 + 100);
    const disk = pretendFreeSpace(needed - 1);
    onTestFinished(() => disk.restore());
    const stores = await openStores(home, viewsOf(4));
    await expect(extractFeatures(photos, backbone, stores, { workers: 1 })).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
      message: expect.stringMatching(
        new RegExp(
          `^Expected 2,736 bytes of free space .*4 views of 3 photos.* but found 2,735 bytes for ${home}`,
        ),
      ) as string,
      hint: expect.stringMatching(/--views.*REGRAFT_HOME.*regraft cache prune/) as string,
    });
    expect(await filesBelow(home)).toEqual([]);
    disk.restore();
    const enough = pretendFreeSpace(needed);
    onTestFinished(() => enough.restore());
    expect((await extractFeatures(photos, backbone, stores, { workers: 1 })).computed).toBe(3);
    expect(enough.asked.length).toBeGreaterThan(0);
  });

  it('is not asked for where one view is computed, as today', async () => {
    const disk = pretendFreeSpace(0);
    onTestFinished(() => disk.restore());
    const stores = await openStores(await temporaryFolder(), ['whole']);
    expect((await extractFeatures(await makePhotos(1), backbone, stores, { workers: 1 })).computed).toBe(1);
    expect(disk.asked).toEqual([]);
  });

  it('is estimated to within a tenth for a network of usual size', async () => {
    const home = await temporaryFolder();
    const wide = { ...backbone, taps: [{ name: 'wide', size: 4000 }] };
    const store = await openFeatureStore(home, wide);
    const photos = (await makePhotos(1)).flatMap((photo) =>
      Array.from({ length: 64 }, (_, row) => ({
        ...photo,
        sha256: createHash('sha256').update(String(row)).digest('hex'),
      })),
    );
    await store.append({
      photos: photos.map(({ sha256 }) => sha256),
      sizes: new Uint32Array(2 * photos.length),
      values: [new Float32Array(4000 * photos.length).map((_, index) => Math.sin(index))],
    });
    const [segment = ''] = await filesBelow(home);
    const { views, bytes: estimate } = estimateExtraction([{ stores: [store], photos }], wide.taps);
    expect(views).toBe(64);
    const { size: length } = await stat(segment);
    expect(length / estimate).toBeGreaterThan(0.9);
    expect(length / estimate).toBeLessThan(1.1);
  });
});
