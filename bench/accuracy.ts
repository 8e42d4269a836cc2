// The classic, the default and the best that frozen layers give, on the same splits of the 1000 flower photos: ten seeds each. Features are kept between runs;
// the ten views of the last row take minutes to compute the first time. `--few` measures photos a class instead.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareRuns } from '../src/compare-runs.ts';
import { regraftHome } from '../src/home.ts';
import type { ComparedRepeats } from '../src/runs/comparison.ts';
import { trainRepeats } from '../src/train-repeats.ts';
import type { TrainOptions } from '../src/training/options.ts';
import { benchFewPhotos } from './accuracy-few.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 10;

interface Way {
  readonly name: string;
  readonly options: TrainOptions;
  /** Points over the classic, at least. */
  readonly gain?: number;
}

const ways: readonly Way[] = [
  { name: 'classic (--head retrain)', options: { head: 'retrain' } },
  { name: 'logistic, one tap', options: { head: 'logistic', taps: ['bottleneck'] }, gain: 0 },
  { name: 'default', options: {}, gain: 3 },
  { name: 'best frozen (--views 10 --head auto)', options: { views: 10, head: 'auto' }, gain: 3.5 },
];

export async function benchAccuracy(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the accuracy bench needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  return withFreshHome(async (scratch) => {
    const outs: string[] = [];
    const headSeconds: number[] = [];
    for (const [index, { name, options }] of ways.entries()) {
      const out = join(scratch, `way-${index}`);
      const { repeats } = await trainRepeats(folder, {
        ...options,
        repeats: seeds,
        out,
        home: regraftHome(),
      });
      const accuracies = repeats.runs.map(({ accuracy }) => (accuracy * 100).toFixed(1));
      console.error(`${name}: ${accuracies.join(' ')}`);
      outs.push(out);
      headSeconds.push(median(repeats.runs.map(({ headMs }) => headMs)) / 1000);
    }
    const compared = await compareRuns(outs);
    if (compared.kind !== 'repeats') throw new TypeError('Expected a comparison of repeats.');
    const rows = compared.runs.map((run, index) => ({
      ...ways[index]!,
      run,
      seconds: headSeconds[index] ?? NaN,
    }));
    return [...rows.flatMap(resultsOf), ...defaultBounds(rows[2]!)];
  });
}

function resultsOf({ name, gain, run }: Way & { readonly run: ComparedRepeats }): BenchResult[] {
  const { accuracy, difference } = run;
  const spread =
    accuracy.standardDeviation === null ? '' : ` ± ${(accuracy.standardDeviation * 100).toFixed(1)}`;
  const result: BenchResult = {
    name,
    value: accuracy.mean * 100,
    unit: '%',
    note: `mean test accuracy of ${seeds} seeds${spread}; head ${(run.headMs.mean / 1000).toFixed(1)} s`,
  };
  if (difference === null || gain === undefined) return [result];
  const { interval95, onlyThis, onlyFirst, pooledPValue } = difference;
  const between =
    interval95 === null ? '' : ` (${interval95.map((end) => (end * 100).toFixed(1)).join(' to ')})`;
  return [
    result,
    {
      name: `${name}: over the classic`,
      value: difference.accuracy * 100,
      unit: 'points',
      bound: { kind: 'at least', value: gain },
      note: `the same splits${between}; right alone ${onlyThis}, the classic alone ${onlyFirst}, McNemar p = ${pooledPValue.toPrecision(2)}`,
    },
  ];
}

function defaultBounds({ run, seconds }: { run: ComparedRepeats; seconds: number }): BenchResult[] {
  return [
    {
      name: 'default: head',
      value: seconds,
      unit: 's',
      bound: { kind: 'at most', value: 20 },
      note: 'features cached; median of the seeds',
    },
    {
      name: 'default: calibration error',
      value: run.pooledEce,
      unit: '',
      bound: { kind: 'at most', value: 0.03 },
      note: "15 bins, all seeds' test predictions pooled",
    },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  printResults(await (process.argv.includes('--few') ? benchFewPhotos() : benchAccuracy()));
}
