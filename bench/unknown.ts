// How well photos of a flower class that was left out are told from those of the other four: AUROC by seeds, of the default and of the last tap.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { regraftHome } from '../src/home.ts';
import { train } from '../src/train.ts';
import type { LeftOutClass } from '../src/training/measure-left-out.ts';
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
    const byDefault = await measure(folder, scratch, undefined);
    const ofLast = await measure(folder, scratch, ['bottleneck']);
    const classes = [...new Set(byDefault.map(({ label }) => label))];
    return [
      ...classes.map((label) => ({
        name: `${label} left out`,
        value: mean(byDefault.filter((one) => one.label === label).map(({ auroc }) => auroc)),
        unit: 'AUROC',
        note: `the default, mean of ${seeds} seeds`,
      })),
      {
        name: 'mean of the classes',
        value: mean(byDefault.map(({ auroc }) => auroc)),
        unit: 'AUROC',
        bound: { kind: 'at least', value: 0.85 } as const,
        note: `the default; ${percent(byDefault)} % called unknown at 5 % false rejection`,
      },
      {
        name: 'mean with --taps bottleneck',
        value: mean(ofLast.map(({ auroc }) => auroc)),
        unit: 'AUROC',
        note: `${percent(ofLast)} % called unknown`,
      },
    ];
  });
}

/** Trains with each seed, leaving each class out. */
async function measure(
  folder: string,
  scratch: string,
  taps: readonly string[] | undefined,
): Promise<LeftOutClass[]> {
  const measured: LeftOutClass[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const options = { seed, measureUnknown: true, out: join(scratch, 'out'), home: regraftHome() };
    const { run } = await train(folder, { ...options, ...(taps !== undefined && { taps }) });
    const { unknown, backbone } = run;
    measured.push(...(unknown?.leftOut?.classes ?? []));
    const rejected = unknown === null ? '–' : `${unknown.test.rejected} of ${unknown.test.count}`;
    console.error(
      `${backbone.taps.length} taps, seed ${seed}: AUROC ${unknown?.leftOut?.auroc.toFixed(4) ?? '–'}, known called unknown: ${rejected}`,
    );
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
