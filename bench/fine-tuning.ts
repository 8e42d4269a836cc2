// Fine-tuning the last three blocks against the best that frozen layers give, on the same splits of the 1000 flower photos. `--few` makes the curves of docs/fine-tuning.md:
// accuracy and time against photos a class, for the three ways and from scratch.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareRuns } from '../src/compare-runs.ts';
import { scanDataset } from '../src/dataset/scan.ts';
import { regraftHome } from '../src/home.ts';
import { train } from '../src/train.ts';
import { trainRepeats } from '../src/train-repeats.ts';
import type { TrainOptions } from '../src/training/options.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { drawFew } from './draw-few.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 5;
const tuned: TrainOptions = { fineTune: 3 };

export async function benchFineTuning(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) return skipped();
  const home = regraftHome();
  return withFreshHome(async (scratch) => {
    const [frozenOut, tunedOut] = [join(scratch, 'frozen'), join(scratch, 'tuned')];
    const options = { repeats: seeds, home, measureUnknown: false };
    const frozen = await trainRepeats(folder, { ...options, out: frozenOut });
    const start = performance.now();
    const { repeats } = await trainRepeats(folder, { ...options, ...tuned, out: tunedOut });
    const minutes = (performance.now() - start) / 60_000 / seeds;
    for (const { runs } of [frozen.repeats, repeats]) {
      console.error(runs.map(({ accuracy }) => (accuracy * 100).toFixed(1)).join(' '));
    }
    const compared = await compareRuns([frozenOut, tunedOut]);
    if (compared.kind !== 'repeats') throw new TypeError('Expected a comparison of repeats.');
    const [first, second] = compared.runs;
    const difference = second?.difference;
    if (first === undefined || second === undefined || difference === undefined || difference === null) {
      throw new TypeError('Expected two ways.');
    }
    const note = `mean test accuracy of ${seeds} seeds`;
    return [
      { name: 'frozen (default)', value: first.accuracy.mean * 100, unit: '%', note },
      { name: 'last three blocks tuned', value: second.accuracy.mean * 100, unit: '%', note },
      {
        name: 'tuned: over frozen',
        value: difference.accuracy * 100,
        unit: 'points',
        bound: { kind: 'at least', value: 0.5 },
        note: `the same splits; right alone ${difference.onlyThis}, frozen alone ${difference.onlyFirst}, McNemar p = ${difference.pooledPValue.toPrecision(2)}`,
      },
      {
        name: 'tuned: all in',
        value: minutes,
        unit: 'min',
        bound: { kind: 'at most', value: 12 },
        note: 'a seed, 1000 photos; activations that another seed has computed are not computed again',
      },
    ];
  });
}

const counts = [5, 20, 100];
const draws = 2;
/** Name, options, and the most photos a class for which it takes minutes. */
const ways: readonly (readonly [string, TrainOptions, number?])[] = [
  ['frozen', {}],
  ['last block', { fineTune: 1 }],
  ['last three blocks', { fineTune: 3 }],
  ['last three blocks from scratch', { fineTune: 3, fromScratch: true, tuning: { epochs: 10 } }, 20],
  ['the whole network', { fineTune: 'all' }, 5],
];

async function benchFewPhotos(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) return skipped();
  const home = regraftHome();
  const { photos } = await scanDataset(folder, { home });
  return withFreshHome(async (scratch) => {
    const results: BenchResult[] = [];
    for (const count of counts) {
      for (const [name, options, most = Infinity] of ways) {
        if (count > most) continue;
        let [accuracy, seconds] = [0, 0];
        for (let seed = 0; seed < draws; seed++) {
          const split = join(scratch, 'split.csv');
          // Enough to tell what fine-tuning is worth.
          await writeFile(split, drawFew(photos, count, seed, Math.max(6, Math.round(count / 8))));
          const out = join(scratch, 'model');
          const { run } = await train(folder, { ...options, split, seed, out, home, allowSmall: true });
          accuracy += run.metrics.test.accuracy / draws;
          seconds += run.timings.totalMs / 1000 / draws;
        }
        const note = `mean test accuracy of ${draws} draws; ${seconds.toFixed(0)} s each`;
        results.push({ name: `${count} photos a class: ${name}`, value: accuracy * 100, unit: '%', note });
        console.error(
          `${count} photos a class: ${name}: ${(accuracy * 100).toFixed(1)} %, ${seconds.toFixed(0)} s`,
        );
      }
    }
    return results;
  });
}

function skipped(): [] {
  console.error('Skipped: the bench of fine-tuning needs REGRAFT_DATA with flower_photos/.');
  return [];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  printResults(await (process.argv.includes('--few') ? benchFewPhotos() : benchFineTuning()));
}
