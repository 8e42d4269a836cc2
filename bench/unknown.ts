// How well photos of a flower class that was left out are told from those of the other four: AUROC by seeds, on the last tap and on all.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadBackbone } from '../src/backbone/load.ts';
import { regraftHome } from '../src/home.ts';
import { type LeftOutClass, measureLeftOut } from '../src/training/measure-left-out.ts';
import { resolveTrainOptions } from '../src/training/options.ts';
import { preparePhotos } from '../src/training/prepare.ts';
import { startStages } from '../src/training/stages.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 10;

export async function benchUnknown(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the bench of unknown photos needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  return withFreshHome(async (scratch) => {
    const home = regraftHome();
    const backbone = await loadBackbone('inception-v3', { home });
    const all = backbone.taps.map(({ name }) => name);
    const onAll = await measure(folder, all, scratch);
    const onLast = await measure(folder, all.slice(-1), scratch);
    const classes = [...new Set(onAll.map(({ label }) => label))];
    return [
      ...classes.map((label) => ({
        name: `${label} left out`,
        value: mean(onAll.filter((one) => one.label === label).map(({ auroc }) => auroc)),
        unit: 'AUROC',
        note: `all taps, mean of ${seeds} seeds`,
      })),
      {
        name: 'mean of the classes',
        value: mean(onAll.map(({ auroc }) => auroc)),
        unit: 'AUROC',
        bound: { kind: 'at least', value: 0.85 } as const,
        note: `all taps; ${percent(onAll)} % called unknown at 5 % false rejection`,
      },
      {
        name: 'mean, the last tap alone',
        value: mean(onLast.map(({ auroc }) => auroc)),
        unit: 'AUROC',
        note: `${percent(onLast)} % called unknown`,
      },
    ];
  });
}

async function measure(folder: string, taps: readonly string[], scratch: string): Promise<LeftOutClass[]> {
  const measured: LeftOutClass[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const options = resolveTrainOptions(folder, {
      taps,
      seed,
      out: join(scratch, 'out'),
      home: regraftHome(),
    });
    const { parts, dataset } = await preparePhotos(options, startStages(undefined, undefined));
    await using kept = parts;
    const limits = { falseRejection: 0.05, mostClasses: 5, mostPhotos: 2048 };
    const leftOut = await measureLeftOut({ parts: kept, classes: dataset.classes, seed, ...limits });
    measured.push(...(leftOut?.classes ?? []));
    console.error(`${taps.length} taps, seed ${seed}: AUROC ${leftOut?.auroc.toFixed(4) ?? '–'}`);
  }
  return measured;
}

function percent(classes: readonly LeftOutClass[]): string {
  return (100 * mean(classes.map(({ rejected }) => rejected))).toFixed(1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchUnknown());
