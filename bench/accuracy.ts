// Both heads on the same splits of the 1000 flower photos, ten seeds, with a paired test over all test photos.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFile } from 'node:fs/promises';
import { mcnemarTest } from '../src/evaluate/paired.ts';
import { regraftHome } from '../src/home.ts';
import { train } from '../src/train.ts';
import { type BenchResult, printResults } from './bench-result.ts';
import { flowerPhotos, withFreshHome } from './photos.ts';

const seeds = 10;

export async function benchAccuracy(): Promise<BenchResult[]> {
  const folder = flowerPhotos();
  if (folder === undefined) {
    console.error('Skipped: the accuracy bench needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  return withFreshHome(async (scratch) => {
    const right = { logistic: [] as boolean[], retrain: [] as boolean[] };
    const accuracies = { logistic: [] as number[], retrain: [] as number[] };
    for (let seed = 0; seed < seeds; seed++) {
      for (const head of ['logistic', 'retrain'] as const) {
        const out = join(scratch, head);
        const { run } = await train(folder, { head, seed, out, home: regraftHome() });
        accuracies[head].push(run.metrics.test.accuracy);
        const rows = (await readFile(join(out, 'predictions.csv'), 'utf8')).trim().split('\n').slice(1);
        right[head].push(...rows.map((row) => row.split(',')[1] === row.split(',')[2]));
      }
      const [logistic, retrain] = [accuracies.logistic, accuracies.retrain].map((list) =>
        percent(list.at(-1) ?? NaN),
      );
      console.error(`seed ${seed}: logistic ${logistic} %, retrain ${retrain} %`);
    }
    const paired = mcnemarTest(right.logistic, right.retrain);
    return [
      {
        name: 'logistic head',
        value: mean(accuracies.logistic) * 100,
        unit: '%',
        note: `mean test accuracy of ${seeds} seeds`,
      },
      { name: 'retrain head', value: mean(accuracies.retrain) * 100, unit: '%', note: 'the same splits' },
      {
        name: 'difference',
        value: (mean(accuracies.logistic) - mean(accuracies.retrain)) * 100,
        unit: 'points',
        bound: { kind: 'at least', value: 0 },
        note: `of ${right.logistic.length} test photos only logistic right: ${paired.onlyA}, only retrain right: ${paired.onlyB}, McNemar p = ${paired.pValue.toPrecision(2)}`,
      },
    ];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(fraction: number): string {
  return (fraction * 100).toFixed(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchAccuracy());
