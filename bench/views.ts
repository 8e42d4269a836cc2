// What several views of a photo cost: predictions with a model that averages them, and the features that are learned from; in processor time, which other work on the machine changes little.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Backbone } from '../src/backbone/backbone.ts';
import { loadBackbone } from '../src/backbone/load.ts';
import { loadClassifier } from '../src/classify.ts';
import type { Photo } from '../src/dataset/dataset.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { extractFeatures } from '../src/features/extract.ts';
import { openFeatureStore } from '../src/features/store.ts';
import { regraftHome } from '../src/home.ts';
import { buildClassifier } from '../src/model/build-classifier.ts';
import { sealModel } from '../src/model/seal.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { type ViewCount, viewCounts, viewsOf } from '../src/shared/photo-view.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const photosOf = 60;

export async function benchViews(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the bench of views needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const home = regraftHome();
  const backbone = await loadBackbone('inception-v3', { home });
  const { photos } = await scanDataset(folder, { home });
  const some = photos.filter((_, index) => index % Math.ceil(photos.length / photosOf) === 0);
  const results: BenchResult[] = [];
  for (const [name, measure] of [
    ['predict', predict],
    ['features', extract],
  ] as const) {
    const one = await measure(backbone, some, 1);
    for (const count of viewCounts) {
      const value = count === 1 ? one : await measure(backbone, some, count);
      results.push({
        name: `${name}, ${count} views`,
        value,
        unit: 'core-ms a photo',
        ...(count === 1 ? {} : { bound: { kind: 'at most', value: one * count } }),
        note: `${some.length} photos, ${backbone.form}`,
      });
    }
  }
  return results;
}

async function predict(backbone: Backbone, photos: readonly Photo[], count: ViewCount): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'regraft-bench-'));
  try {
    const { name = '', size = 0 } = backbone.taps.at(-1) ?? {};
    const head = {
      labels: ['one', 'other'],
      weights: new Float32Array(2 * size),
      bias: new Float32Array(2),
      temperature: 1,
    };
    const path = join(folder, 'model.onnx');
    await writeFile(path, sealModel(encodeModel(buildClassifier(backbone, [name], head, viewsOf(count)))));
    await using classifier = await loadClassifier(path);
    const classify = async (some: readonly Photo[]): Promise<void> => {
      for await (const { error } of classifier.classify(some.map(({ file }) => file))) {
        if (error !== undefined) throw new Error(error.reason);
      }
    };
    // The first runs allocate memory.
    await classify(photos.slice(0, 4));
    return await coreMs(photos, () => classify(photos));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function extract(backbone: Backbone, photos: readonly Photo[], count: ViewCount): Promise<number> {
  return withFreshHome(async (home) => {
    const stores = await Promise.all(viewsOf(count).map((view) => openFeatureStore(home, backbone, view)));
    return coreMs(photos, () => extractFeatures(photos, backbone, stores));
  });
}

async function coreMs(photos: readonly Photo[], work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / photos.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchViews());
