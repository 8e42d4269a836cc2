// Both heads on 3000 × 2048 drawn features in 5 classes: everything that `fit` does, with its default options.
import { pathToFileURL } from 'node:url';
import type { HeadInput } from '../src/head/head.ts';
import { resolveHead } from '../src/head/trainers.ts';
import { drawFeatures } from '../test/fixtures/draw-features.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';

const [rows, columns, classes] = [3000, 2048, 5];
const rounds = 3;

export async function benchHeads(): Promise<BenchResult[]> {
  // Classes that overlap about as much as flowers do, so that the search for L2 ends where it does on photos.
  const draw = { columns, classes, separation: 2.5 };
  const input: HeadInput = {
    classes,
    training: drawFeatures({ ...draw, rows: rows * 0.9, name: 'training' }),
    validation: drawFeatures({ ...draw, rows: rows * 0.1, name: 'validation' }),
    seed: 0,
  };
  const shape = `${rows} × ${columns}, ${classes} classes, median of ${rounds}`;
  const logistic = await timeFits('logistic', input);
  const retrain = await timeFits('retrain', input);
  return [
    {
      name: 'logistic head: L2 grid, refit and cross-fit',
      value: logistic.seconds,
      unit: 's',
      bound: { kind: 'at most', value: 5 },
      note: `${shape}; ${logistic.trials} values of L2, validation accuracy ${formatPercent(logistic.accuracy)}`,
    },
    {
      name: 'retrain head: 4000 steps',
      value: retrain.seconds,
      unit: 's',
      bound: { kind: 'at most', value: 2.5 },
      note: `${shape}; validation accuracy ${formatPercent(retrain.accuracy)}`,
    },
  ];
}

async function timeFits(
  type: string,
  input: HeadInput,
): Promise<{ seconds: number; accuracy: number; trials: number }> {
  const { fit } = resolveHead(type);
  const seconds: number[] = [];
  let head = await fit(input);
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    head = await fit(input);
    seconds.push((performance.now() - start) / 1000);
  }
  return {
    seconds: median(seconds),
    accuracy: head.validationAccuracy ?? NaN,
    trials: head.trials?.length ?? 0,
  };
}

function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchHeads());
