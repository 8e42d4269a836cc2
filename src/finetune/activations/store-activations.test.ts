import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pretendFreeSpace } from '../../../test/support/free-space.ts';
import { fillDisk } from '../../../test/support/full-disk.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import type { Photo } from '../../dataset/dataset.ts';
import type { ExtractionEstimate } from '../../features/estimate-extraction.ts';
import { augmentedViewsOf, type FeatureView, isPhotoView } from '../../features/feature-view.ts';
import { filesBelow, temporaryFolder } from '../../features/testing/temporary-folder.ts';
import { augmentPixels } from '../../image/augment.ts';
import { decodeImage } from '../../image/decode.ts';
import { attachViews } from '../../onnx/attach-views.ts';
import { uint8s } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { halfValues, toHalves } from '../../onnx/half-floats.ts';
import { runModel } from '../../onnx/testing/run-model.ts';
import { viewsOf } from '../../shared/photo-view.ts';
import type { ProgressEvent } from '../../shared/progress.ts';
import { type CutNetwork, cutNetwork } from '../cut/cut-network.ts';
import { drawPhotos } from '../testing/draw-photos.ts';
import { floatBackbone } from '../testing/float-backbone.ts';
import { quantisedBackbone } from '../testing/quantised-backbone.ts';
import { checkActivations } from './check-room.ts';
import { planActivations } from './plan-activations.ts';
import { storeActivations, type StoreActivationsOptions } from './store-activations.ts';

const quantised = quantisedBackbone();
const real = floatBackbone();

/** What the frozen part gives for one view of a photo, computed alone. */
async function compute(
  photo: Photo,
  view: FeatureView,
  backbone: Backbone,
  cut: CutNetwork,
): Promise<Tensor> {
  const { width, height } = backbone.preprocess;
  const pixels = await decodeImage(photo.file, backbone.preprocess);
  const data = isPhotoView(view)
    ? pixels
    : await augmentPixels(pixels, backbone.preprocess, 'colour', `${photo.sha256} ${view}`);
  const model = isPhotoView(view) ? attachViews(cut.frozen, [view]) : cut.frozen;
  const { [cut.activation.name]: activation } = await runModel(model, {
    image: uint8s([1, height, width, 3], data),
  });
  if (activation === undefined) throw new Error('no activation');
  return activation;
}

async function prepare(
  count: number,
): Promise<{ photos: Photo[]; home: string; options: StoreActivationsOptions }> {
  const home = await temporaryFolder();
  return { photos: await drawPhotos(await temporaryFolder(), count), home, options: { home, workers: 1 } };
}

/** One view of each photo. */
function everywhere(photos: readonly Photo[], view: FeatureView): [string[], FeatureView[]] {
  return [photos.map(({ sha256 }) => sha256), photos.map(() => view)];
}

describe('stored activations', () => {
  it.each([
    ['levels', quantised, 1, 'uint8'],
    ['pixels', quantised, 'all', 'uint8'],
    ['real numbers', real, 2, 'float32'],
  ] as const)(
    '%s are what the frozen part gives for each view of each photo',
    async (_, backbone, fineTune, type) => {
      const [{ photos, options }, cut] = [await prepare(3), cutNetwork(backbone, fineTune)];
      const views: FeatureView[] = [...viewsOf(10), ...augmentedViewsOf('colour')];
      const { store, ...done } = await storeActivations(photos, backbone, cut, views, options);
      expect(done).toEqual({ computed: 3, cached: 0, failed: [] });
      // In another order than they were stored, and one of them twice.
      const wanted = views
        .flatMap((view, at) => [[photos[(at + 1) % 3]!, view] as const, [photos[0]!, view] as const])
        .reverse();
      const read = await store.read(
        wanted.map(([photo]) => photo.sha256),
        wanted.map(([, view]) => view),
      );
      expect([read.type, read.dims]).toEqual([type, [wanted.length, ...cut.activation.dims]]);
      const size = read.data.length / wanted.length;
      for (const [row, [photo, view]] of wanted.entries()) {
        const expected = await compute(photo, view, backbone, cut);
        const values = type === 'float32' ? rounded(expected.data as Float32Array) : expected.data;
        expect(read.data.slice(row * size, (row + 1) * size), view).toEqual(values);
      }
    },
  );

  it('real numbers lose what half precision rounds off, and no more', async () => {
    const [{ photos, options }, cut] = [await prepare(2), cutNetwork(real, 2)];
    const { store } = await storeActivations(photos, real, cut, ['whole'], options);
    const read = await store.read(...everywhere(photos, 'whole'));
    const exact = await Promise.all(photos.map((photo) => compute(photo, 'whole', real, cut)));
    const values = exact.flatMap(({ data }) => [...(data as Float32Array)]);
    const errors = values.map(
      (value, at) => Math.abs(Number(read.data[at]) - value) / Math.max(2 ** -14, Math.abs(value)),
    );
    expect(Math.max(...errors)).toBeLessThanOrEqual(2 ** -11);
    expect(Math.max(...errors)).toBeGreaterThan(0);
  });

  it('the trained part gives of them what the whole network gives', async () => {
    for (const [backbone, tolerance] of [
      [quantised, 1 / 60],
      [real, 0.02],
    ] as const) {
      const [{ photos, options }, cut] = [await prepare(2), cutNetwork(backbone, 2)];
      const { store } = await storeActivations(photos, backbone, cut, ['whole'], options);
      const activation = await store.read(...everywhere(photos, 'whole'));
      const found = await runModel(cut.upper, { [cut.activation.name]: activation });
      const { width, height } = backbone.preprocess;
      for (const [row, photo] of photos.entries()) {
        const image = uint8s([1, height, width, 3], await decodeImage(photo.file, backbone.preprocess));
        const whole = await runModel(backbone.model, { image });
        for (const { name, size } of cut.taps.upper) {
          const values = [...(found[name]?.data as Float32Array)].slice(row * size, (row + 1) * size);
          const errors = values.map((value, at) => Math.abs(value - Number(whole[name]?.data[at])));
          expect(Math.max(...errors), name).toBeLessThan(tolerance);
        }
      }
    }
  });

  it('are not computed again, and of new views or photos only what is missing', async () => {
    const [{ photos, home, options }, cut] = [await prepare(4), cutNetwork(quantised, 1)];
    const counts = async (some: readonly Photo[], views: readonly FeatureView[]): Promise<number[]> => {
      const { computed, cached } = await storeActivations(some, quantised, cut, views, options);
      return [computed, cached];
    };
    expect(await counts(photos.slice(0, 2), ['whole'])).toEqual([2, 0]);
    const [first = ''] = await filesBelow(home);
    expect(await counts(photos.slice(0, 2), ['whole'])).toEqual([0, 2]);
    expect(await filesBelow(home)).toEqual([first]);
    const { estimate } = await planActivations(photos, quantised, cut, viewsOf(2), options);
    expect([estimate.photos, estimate.views]).toEqual([4, 6]);
    expect(await counts(photos, viewsOf(2))).toEqual([4, 0]);
    expect(await counts([...photos, photos[0]!], viewsOf(2))).toEqual([0, 5]);
  });

  it('of another cut, form or variant are others', async () => {
    const { photos, home, options } = await prepare(1);
    const others = [quantised, { ...quantised, variant: 'other' }, { ...quantised, sha256: '3'.repeat(64) }];
    for (const backbone of others) {
      for (const fineTune of [1, 2, 'all']) {
        const { computed } = await storeActivations(
          photos,
          backbone,
          cutNetwork(backbone, fineTune),
          ['whole'],
          options,
        );
        expect(computed).toBe(1);
      }
    }
    expect(new Set((await filesBelow(home)).map((file) => basename(dirname(file)))).size).toBe(9);
    expect(basename(dirname((await filesBelow(home))[0] ?? ''))).toBe(
      `${'1'.repeat(16)}-uint8-drawn-Block_1-v1`,
    );
  });

  it('a photo that cannot be read or is too large is listed, and the others are stored', async () => {
    const [{ photos, options }, cut] = [await prepare(4), cutNetwork(quantised, 1)];
    await writeFile(photos[1]!.file, 'no photo');
    const { store, computed, failed } = await storeActivations(photos, quantised, cut, ['whole'], options);
    expect(computed).toBe(3);
    expect(failed).toEqual([
      { path: '1.jpg', code: 'PHOTO_UNREADABLE', reason: expect.stringContaining('It changed') as string },
    ]);
    await expect(store.read([photos[1]!.sha256], ['whole'])).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
    });
    const less = { ...options, maxPixels: 200 * 160 - 1 };
    const again = await storeActivations(photos, quantised, cut, ['whole'], less);
    expect(again.computed + again.cached).toBe(0);
    expect(again.failed.map(({ code }) => code)).toEqual([
      'PHOTO_TOO_LARGE',
      'PHOTO_UNREADABLE',
      'PHOTO_TOO_LARGE',
      'PHOTO_TOO_LARGE',
    ]);
  });

  it('a cancelled run keeps what was computed', async () => {
    const [{ photos, options }, cut] = [await prepare(200), cutNetwork(quantised, 1)];
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'progress') controller.abort();
    };
    const run = storeActivations(photos, quantised, cut, viewsOf(10), {
      ...options,
      onProgress,
      signal: controller.signal,
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    const { computed, cached } = await storeActivations(photos, quantised, cut, viewsOf(10), options);
    expect(computed + cached).toBe(200);
    expect(cached).toBeGreaterThan(0);
    expect(computed).toBeGreaterThan(0);
    const signal = AbortSignal.abort();
    const planned = planActivations(photos, quantised, cut, ['whole'], { ...options, signal });
    await expect(planned).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('room for activations', () => {
  // 11 × 6 × 6 levels and an entry of the index, four views of three photos.
  const needed = 12 * (11 * 6 * 6 + 260);

  it('too little on the disk is an error before any work', async () => {
    const [{ photos, home, options }, cut] = [await prepare(3), cutNetwork(quantised, 1)];
    const disk = pretendFreeSpace(needed - 1);
    onTestFinished(() => disk.restore());
    await expect(storeActivations(photos, quantised, cut, viewsOf(4), options)).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
      message: expect.stringContaining(
        `Expected ${needed.toLocaleString('en')} bytes of free space (4 views of 3 photos,`,
      ) as string,
      hint: expect.stringContaining('Take fewer views (--tune-views), or train fewer blocks') as string,
    });
    expect(await filesBelow(home)).toEqual([]);
  });

  it('more than the limit is an error before any work that says how much is needed and what would fit', async () => {
    const [{ photos, home, options }, cut] = [await prepare(3), cutNetwork(quantised, 1)];
    const run = (diskLimit: number) =>
      storeActivations(photos, quantised, cut, viewsOf(4), { ...options, diskLimit });
    await expect(run(needed - 1)).rejects.toMatchObject({
      code: 'DISK_LIMIT',
      message:
        'Expected activations of at most 1 MB but found more: 4 views of 3 photos, about 1 MB in the store.',
      hint: expect.stringMatching(/--disk-limit.* 3 views of each photo would fit\.$/) as string,
    });
    expect(await filesBelow(home)).toEqual([]);
    await expect(run(1)).rejects.toMatchObject({
      hint: expect.stringMatching(/\(--disk-limit\)\.$/) as string,
    });
    expect((await run(needed)).computed).toBe(3);
    // What is stored counts, too: the limit is on all of it.
    await expect(run(needed - 1)).rejects.toMatchObject({ code: 'DISK_LIMIT' });
  });

  it('is asked for once for parts of the photos in other views each', async () => {
    const [{ photos, home, options }, cut] = [await prepare(5), cutNetwork(quantised, 1)];
    const wanted = [
      { photos: photos.slice(0, 3), views: viewsOf(4) },
      { photos: photos.slice(3), views: viewsOf(2) },
      // These are wanted already.
      { photos: photos.slice(2), views: viewsOf(1) },
    ];
    const check = (diskLimit?: number): Promise<ExtractionEstimate> =>
      checkActivations(wanted, quantised, cut, { home, diskLimit });
    const all = needed + 4 * (11 * 6 * 6 + 260);
    expect(await check(all)).toEqual({ photos: 5, views: 16, bytes: all });
    await expect(check(all - 1)).rejects.toMatchObject({
      code: 'DISK_LIMIT',
      message: expect.stringContaining('16 views in all of 5 photos') as string,
      hint: expect.stringMatching(/\(--disk-limit\)\.$/) as string,
    });
    await storeActivations(photos, quantised, cut, viewsOf(1), options);
    expect(await check()).toMatchObject({ photos: 5, views: 11 });
    await storeActivations(photos, quantised, cut, viewsOf(4), options);
    expect(await check()).toEqual({ photos: 0, views: 0, bytes: 0 });
  });

  it('is estimated to within a tenth', async () => {
    const [{ photos, home, options }, cut] = [await prepare(5), cutNetwork(quantised, 1)];
    const { estimate } = await planActivations(photos, quantised, cut, viewsOf(10), options);
    await storeActivations(photos, quantised, cut, viewsOf(10), options);
    const bytes = (await Promise.all((await filesBelow(home)).map((file) => readFile(file)))).reduce(
      (sum, { length }) => sum + length,
      0,
    );
    expect(bytes / estimate.bytes).toBeGreaterThan(0.9);
    expect(bytes / estimate.bytes).toBeLessThan(1.1);
  });

  it('a disk that fills up ends the run; what was written before stays, and nothing half', async () => {
    const [{ photos, home, options }, cut] = [await prepare(3), cutNetwork(quantised, 1)];
    await storeActivations(photos.slice(0, 1), quantised, cut, ['whole'], options);
    const before = await filesBelow(home);
    const disk = await fillDisk(home, 3);
    onTestFinished(() => disk.restore());
    await expect(storeActivations(photos, quantised, cut, ['whole'], options)).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
    });
    disk.restore();
    expect(await filesBelow(home)).toEqual(before);
    const { computed, cached } = await storeActivations(photos, quantised, cut, ['whole'], options);
    expect([computed, cached]).toEqual([2, 1]);
  });
});

it('tells what it will take on the disk, and how far it is', async () => {
  const [{ photos, options }, cut] = [await prepare(6), cutNetwork(quantised, 1)];
  const events: ProgressEvent[] = [];
  await storeActivations(photos, quantised, cut, viewsOf(2), {
    ...options,
    onProgress: (event) => void events.push(event),
  });
  expect(events[0]).toEqual({
    type: 'line',
    stage: 'features',
    text: 'The frozen layers: 2 views of 6 photos, about 1 MB in the store',
  });
  expect(events.at(-1)).toMatchObject({ type: 'progress', done: 6, total: 6, unit: 'photos', etaMs: 0 });
});

function rounded(values: Float32Array): Float32Array {
  return Float32Array.from(toHalves(values), (bits) => halfValues()[bits] ?? NaN);
}
