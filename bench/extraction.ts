// Decoding alone, the network alone, and both together as `regraft train` runs them, on all cores and on the same photos and graph.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { loadBackbone } from '../src/backbone/load.ts';
import type { Photo } from '../src/dataset/dataset.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { extractFeatures } from '../src/features/extract.ts';
import { openFeatureStore } from '../src/features/store.ts';
import { regraftHome } from '../src/home.ts';
import { decodeImage } from '../src/image/decode.ts';
import { openSessions, type SessionPool } from '../src/runtime/session-pool.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const rounds = 2;

export async function benchExtraction(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the extraction bench needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const home = regraftHome();
  const backbone = await loadBackbone('inception-v3', { home });
  const { photos } = await scanDataset(folder, { home });
  const fit = backbone.preprocess;
  await using sessions = await openSessions(backbone.model);

  const times = { decode: [] as number[], network: [] as number[], together: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.decode.push(await msPerPhoto(photos, async ({ file }) => decodeImage(await readFile(file), fit)));
    times.network.push(await timeNetwork(photos, sessions, fit.width, fit.height));
    times.together.push(
      await withFreshHome(async (fresh) => {
        const store = await openFeatureStore(fresh, backbone);
        const start = performance.now();
        await extractFeatures(photos, backbone, [store]);
        return (performance.now() - start) / photos.length;
      }),
    );
  }
  const ratios = times.together.map(
    (together, round) => ((times.decode[round] ?? 0) + (times.network[round] ?? 0)) / together,
  );
  return [
    {
      name: 'decode alone',
      value: median(times.decode),
      unit: 'ms a photo',
      note: 'all cores, read + decode + resize',
    },
    {
      name: 'onnxruntime alone',
      value: median(times.network),
      unit: 'ms a photo',
      note: `${sessions.workers} workers, all taps`,
    },
    {
      name: 'end to end',
      value: median(times.together),
      unit: 'ms a photo',
      note: 'empty store, with opening sessions and writing segments',
    },
    { name: 'end to end', value: 1000 / median(times.together), unit: 'photos a second' },
    {
      name: 'end to end against 1 / (decode + onnxruntime)',
      value: median(ratios),
      unit: '',
      bound: { kind: 'at least', value: 0.9 },
      note: `median of ${rounds} rounds of ${photos.length} photos`,
    },
  ];
}

async function timeNetwork(
  photos: readonly Photo[],
  sessions: SessionPool,
  width: number,
  height: number,
): Promise<number> {
  const pixels = new Uint8Array(width * height * 3).map((_, index) => (index * 7919) % 256);
  return msPerPhoto(photos, () =>
    sessions.run(
      { image: { type: 'uint8', dims: [1, height, width, 3], data: pixels.slice() } },
      { transfer: true },
    ),
  );
}

async function msPerPhoto(
  photos: readonly Photo[],
  work: (photo: Photo) => Promise<unknown>,
): Promise<number> {
  const iterator = photos.values();
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (const photo of iterator) await work(photo);
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  return (performance.now() - start) / photos.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchExtraction());
