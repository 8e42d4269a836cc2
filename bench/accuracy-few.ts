// How many photos a class it takes: trainings on a few flower photos a class, tested on all the others.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scanDataset } from '../src/dataset/scan.ts';
import { regraftHome } from '../src/home.ts';
import { train } from '../src/train.ts';
import type { TrainOptions } from '../src/training/options.ts';
import type { BenchResult } from './bench-result.ts';
import { drawFew } from './draw-few.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 5;
const counts = [2, 5, 10, 20, 50, 100];
const ways: readonly (readonly [string, TrainOptions])[] = [
  ['classic', { head: 'retrain' }],
  ['one view', { views: 1 }],
  ['ten views to learn from', { views: 10, testViews: 1 }],
  ['ten views, averaged in tests too', { views: 10 }],
];

export async function benchFewPhotos(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the bench of few photos needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const home = regraftHome();
  const { photos } = await scanDataset(folder, { home });
  return withFreshHome(async (scratch) => {
    const results: BenchResult[] = [];
    for (const count of counts) {
      const sums = ways.map(() => 0);
      for (let seed = 0; seed < seeds; seed++) {
        const split = join(scratch, 'split.csv');
        await writeFile(split, drawFew(photos, count, seed));
        for (const [index, [, options]] of ways.entries()) {
          const out = join(scratch, 'model');
          const { run } = await train(folder, { ...options, split, seed, out, home, allowSmall: true });
          sums[index]! += run.metrics.test.accuracy;
        }
      }
      for (const [index, [name]] of ways.entries()) {
        const value = (sums[index]! / seeds) * 100;
        const note = `mean test accuracy of ${seeds} draws, tested on all other photos`;
        results.push({ name: `${count} photos a class: ${name}`, value, unit: '%', note });
        console.error(`${count} photos a class: ${name}: ${value.toFixed(1)} %`);
      }
    }
    return results;
  });
}
