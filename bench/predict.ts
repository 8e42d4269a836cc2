// What `regraft predict` does with photos, against the computing of features, on the same photos and network in the same run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadBackbone } from '../src/backbone/load.ts';
import { loadClassifier } from '../src/classify.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { extractFeatures } from '../src/features/extract.ts';
import { openFeatureStore } from '../src/features/store.ts';
import { regraftHome } from '../src/home.ts';
import { runRegraft } from '../test/support/regraft.ts';
import { train } from '../src/train.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const rounds = 3;
const explained = 40;

export async function benchPredict(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the predict bench needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const out = await mkdtemp(join(tmpdir(), 'regraft-bench-predict-'));
  try {
    const home = regraftHome();
    const model = join(out, 'model');
    await train(folder, { out: model, home });
    const { photos } = await scanDataset(folder, { home });
    const backbone = await loadBackbone('inception-v3', { home });
    const extraction: number[] = [];
    const library: number[] = [];
    const command: number[] = [];
    for (let round = 0; round < rounds; round++) {
      extraction.push(
        await withFreshHome(async (fresh) => {
          const store = await openFeatureStore(fresh, backbone);
          return rateOf(photos.length, () => extractFeatures(photos, backbone, [store]));
        }),
      );
      library.push(await rateOf(photos.length, () => classifyAll(model, photos)));
      command.push(await rateOf(photos.length, () => predict(model, folder, home)));
    }
    const against = (rates: readonly number[]): number =>
      median(rates.map((rate, round) => rate / (extraction[round] ?? NaN)));
    const note = `median of ${rounds} rounds of ${photos.length} photos, each with loading the model`;
    return [
      {
        name: 'features',
        value: median(extraction),
        unit: 'photos a second',
        note: 'as train computes them',
      },
      { name: 'classify', value: median(library), unit: 'photos a second', note: 'the library' },
      {
        name: 'regraft predict --jsonl',
        value: median(command),
        unit: 'photos a second',
        note: 'with starting Node',
      },
      {
        name: 'classify against features',
        value: against(library),
        unit: '',
        bound: { kind: 'at least', value: 0.9 },
        note,
      },
      {
        name: 'regraft predict against features',
        value: against(command),
        unit: '',
        bound: { kind: 'at least', value: 0.9 },
        note,
      },
      ...(await timeExplanations(model, photos)),
    ];
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function classifyAll(model: string, photos: readonly { readonly file: string }[]): Promise<void> {
  await using classifier = await loadClassifier(model);
  for await (const { error } of classifier.classify(photos.map(({ file }) => file))) {
    if (error !== undefined) throw new Error(error.reason);
  }
}

async function predict(model: string, folder: string, home: string): Promise<void> {
  const { code, stderr } = await runRegraft(['predict', model, folder, '--jsonl'], { home });
  if (code !== 0) throw new Error(stderr);
}

async function timeExplanations(
  model: string,
  photos: readonly { readonly file: string }[],
): Promise<BenchResult[]> {
  await using classifier = await loadClassifier(model);
  const start = performance.now();
  await classifier.explain(photos[0]?.file ?? '');
  const firstMs = performance.now() - start;
  const times: number[] = [];
  for (const { file } of photos.slice(1, explained + 1)) {
    const before = performance.now();
    await classifier.explain(file);
    times.push(performance.now() - before);
  }
  return [
    { name: 'the first explanation', value: firstMs, unit: 'ms', note: 'opens the graphs that it takes' },
    {
      name: 'each further explanation',
      value: median(times),
      unit: 'ms',
      note: `median of ${explained} photos, one at a time, with the picture`,
    },
  ];
}

async function rateOf(photos: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (photos / (performance.now() - start)) * 1000;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchPredict());
