// Every network of the catalogue and of REGRAFT_DATA: how long it takes to import, photos a second, and the accuracy of a head on its features.
// Alone: `npm run build && npx tsx bench/backbones.ts [--markdown | --json]`; --markdown prints the table of docs/backbones.md.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Backbone } from '../src/backbone/backbone.ts';
import { catalogue } from '../src/backbone/catalogue.ts';
import { loadBackbone } from '../src/backbone/load.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { extractFeatures } from '../src/features/extract.ts';
import { openFeatureStore } from '../src/features/store.ts';
import { train } from '../src/train.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { describeMachine } from './machine.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 5;
const imports = 5;

/** A network and what must be said about it, as its file does not. */
interface Candidate {
  readonly name: string;
  readonly source: string;
  readonly scaling?: string;
}

/** What was measured of one network. */
interface Row {
  readonly name: string;
  readonly form: string;
  readonly input: number;
  readonly importMs: number;
  readonly photosPerSecond: number;
  /** Milliseconds of one core: what the extraction costs, however busy the machine is with other work. */
  readonly coreMsPerPhoto: number;
  readonly features: { readonly count: number; readonly accuracy: number };
  /** All taps joined. */
  readonly joined: { readonly taps: number; readonly count: number; readonly accuracy: number };
}

// Pixels are scaled as in their training: TF-slim's MobileNet takes −1 to 1, Darknet 0 to 1; the quantised one has it inside.
// Their tap is the default one everywhere. In what retrain.py wrote it has 1001 values, the scores that MobileNet gives ImageNet's
// classes: `MobilenetV1/Logits/SpatialSqueeze` fed `input_1/BottleneckInputPlaceholder`, so it is what the head was trained on.
// Darknet's classes are the channels of a convolution, and its feature is what that one reads, 128 values.
const files: readonly Candidate[] = [
  {
    name: 'mobilenet_v1_0.25_224 (.pb)',
    source: 'graphdef/mobilenet_v1_0.25_224/frozen_graph.pb',
    scaling: 'inception',
  },
  {
    name: 'retrained_glasses (.pb)',
    source: 'graphdef/retrained_glasses/retrained_graph.pb',
    scaling: 'inception',
  },
  {
    name: 'retrained_glasses (.lite)',
    source: 'graphdef/retrained_glasses/optimized_graph025_224.lite',
    scaling: 'inception',
  },
  { name: 'mobilenet_v2_1.0_224_quant (.tflite)', source: 'tflite/mobilenet_v2_1.0_224_quant.tflite' },
  { name: 'darknettiny (TF.js)', source: 'tfjs-layers/darknettiny', scaling: 'unit' },
];

export async function benchBackbones(): Promise<BenchResult[]> {
  return (await measureBackbones()).flatMap(resultsOf);
}

async function measureBackbones(): Promise<Row[]> {
  const photos = flowerPhotos();
  if (photos === undefined) {
    console.error('Skipped: the backbones bench needs REGRAFT_DATA with flower_photos/ and networks/.');
    return [];
  }
  const rows: Row[] = [];
  for (const candidate of listCandidates()) {
    console.error(`  ${candidate.name} …`);
    rows.push(await measure(candidate, photos));
  }
  return rows;
}

function listCandidates(): Candidate[] {
  const known = catalogue.map(({ id }) => ({ name: id, source: id }));
  const folder = join(resolve(process.env.REGRAFT_DATA ?? '../shared/data'), 'networks');
  return [...known, ...files.map((file) => ({ ...file, source: join(folder, file.source) }))].filter(
    ({ name, source }) => {
      const isThere = name === source || existsSync(source);
      if (!isThere) console.error(`Skipped: ${source} is not there.`);
      return isThere;
    },
  );
}

async function measure({ name, source, scaling }: Candidate, folder: string): Promise<Row> {
  return withFreshHome(async (home) => {
    const load = (): Promise<Backbone> => loadBackbone(source, { home, scaling });
    // Fetches it, should it not be stored, and warms up.
    const backbone = await load();
    const times: number[] = [];
    for (let round = 0; round < imports; round++) {
      const start = performance.now();
      await load();
      times.push(performance.now() - start);
    }

    const { photos } = await scanDataset(folder, { home });
    const store = await openFeatureStore(home, backbone);
    const [start, computing] = [performance.now(), process.cpuUsage()];
    await extractFeatures(photos, backbone, [store]);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(computing);

    const accuracy = async (taps: readonly string[] | undefined): Promise<number> => {
      let sum = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const out = join(home, 'model');
        const { run } = await train(folder, { backbone: source, scaling, taps, seed, out, home });
        sum += run.metrics.test.accuracy;
      }
      return sum / seeds;
    };
    const { taps } = backbone;
    return {
      name,
      form: backbone.form,
      input: backbone.preprocess.width,
      importMs: median(times),
      photosPerSecond: photos.length / seconds,
      coreMsPerPhoto: (user + system) / 1000 / photos.length,
      features: { count: taps.at(-1)?.size ?? 0, accuracy: await accuracy(undefined) },
      joined: {
        taps: taps.length,
        count: taps.reduce((sum, { size }) => sum + size, 0),
        accuracy: await accuracy(taps.map((tap) => tap.name)),
      },
    };
  });
}

function resultsOf({
  name,
  importMs,
  photosPerSecond,
  coreMsPerPhoto,
  features,
  joined,
}: Row): BenchResult[] {
  return [
    {
      name: `${name}: import`,
      value: importMs,
      unit: 'ms',
      note: `read, import, simplify, find taps; median of ${imports}`,
    },
    {
      name: `${name}: extraction`,
      value: photosPerSecond,
      unit: 'photos a second',
      note: `end to end, empty store, all cores; ${coreMsPerPhoto.toFixed(1)} core-ms a photo`,
    },
    {
      name: `${name}: accuracy`,
      value: features.accuracy * 100,
      unit: '%',
      note: `mean test accuracy of ${seeds} seeds, ${features.count} features of the default tap`,
    },
    {
      name: `${name}: accuracy, all taps`,
      value: joined.accuracy * 100,
      unit: '%',
      note: `${joined.taps} taps joined, ${joined.count} features`,
    },
  ];
}

function formatTable(rows: readonly Row[]): string {
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  const lines = rows.map(
    ({ name, form, input, importMs, photosPerSecond, coreMsPerPhoto, features, joined }) => [
      name,
      form,
      `${input} px`,
      `${importMs.toFixed(0)} ms`,
      photosPerSecond.toFixed(0),
      coreMsPerPhoto.toFixed(1),
      String(features.count),
      percent(features.accuracy),
      `${percent(joined.accuracy)} (${joined.count})`,
    ],
  );
  const heads = [
    'Network',
    'Form',
    'Input',
    'Import',
    'Photos a second',
    'Core-ms a photo',
    'Features',
    'Accuracy',
    'All taps joined',
  ];
  const rule = heads.map((_, column) => (column < 2 ? '---' : '---:'));
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const rows = await measureBackbones();
  const machine = describeMachine();
  if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, rows }, null, 2));
  else if (process.argv.includes('--markdown')) console.log(formatTable(rows));
  else if (rows.length > 0) printResults(rows.flatMap(resultsOf));
  console.error(machine);
}
