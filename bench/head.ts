// The heads on 3000 × 2048 drawn features in 5 classes, and on what 900 photos in two views and all taps of Inception v3 give: everything
// that `fit` does, with its default options.
import { pathToFileURL } from 'node:url';
import type { HeadInput, LabelledFeatures } from '../src/head/head.ts';
import { resolveHead } from '../src/head/trainers.ts';
import { drawFeatures, withValues, withViews } from '../test/fixtures/draw-features.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';

const [rows, columns, classes] = [3000, 2048, 5];
const rounds = 3;
const taps = Array<number>(12).fill(1008);

export async function benchHeads(): Promise<BenchResult[]> {
  const bottleneck = drawBottleneck();
  const joined = await drawJoinedTaps();
  const shape = `${rows} × ${columns}, ${classes} classes`;
  const joinedShape = '900 photos in 2 views × 12096 of 12 taps';
  return [
    await timeFits('logistic', bottleneck, 'logistic head: L2 grid, refit and cross-fit', 5, shape),
    await timeFits('retrain', bottleneck, 'retrain head: 4000 steps', 2.5, shape),
    await timeFits('ridge', bottleneck, 'ridge head: L2 by leaving out each photo', 10, shape),
    await timeFits('centroid', bottleneck, 'centroid head', 2, shape),
    await timeFits('mlp', bottleneck, 'mlp head: search for epochs, refit and cross-fit', 10, shape),
    await timeFits('logistic', joined, 'logistic head on joined taps', 10, joinedShape),
    await timeFits('ridge', joined, 'ridge head on joined taps', 10, joinedShape),
    await timeFits('centroid', joined, 'centroid head on joined taps', 5, joinedShape),
    await timeFits('mlp', joined, 'mlp head on joined taps', 20, joinedShape),
  ];
}

function drawBottleneck(): HeadInput {
  // Classes that overlap about as much as flowers do, so that the search for L2 ends where it does on photos.
  const draw = { columns, classes, separation: 2.5 };
  return {
    classes,
    training: drawFeatures({ ...draw, rows: rows * 0.9, name: 'training' }),
    validation: drawFeatures({ ...draw, rows: rows * 0.1, name: 'validation' }),
    seed: 0,
  };
}

async function drawJoinedTaps(): Promise<HeadInput> {
  const joinedColumns = taps.reduce((sum, size) => sum + size, 0);
  // Columns of a tap differ in size, so that most of what varies does so in a few hundred directions, as in a network.
  const decay = (values: Float32Array): void => {
    for (let i = 0; i < values.length; i++) values[i]! *= (1 + ((i % joinedColumns) % 1008)) ** -0.5;
  };
  const draw = async (name: string, count: number): Promise<LabelledFeatures> => {
    const part = drawFeatures({ columns: joinedColumns, classes, separation: 6, rows: count, name });
    const { learn = part } = withViews(part);
    // Made once: the fixture makes views at each reading.
    return { ...(await withValues(part, decay)), learn: await withValues(learn, decay) };
  };
  return {
    classes,
    taps,
    training: await draw('training', 810),
    validation: await draw('validation', 90),
    seed: 0,
  };
}

async function timeFits(
  type: string,
  input: HeadInput,
  name: string,
  bound: number,
  shape: string,
): Promise<BenchResult> {
  const { fit } = resolveHead(type);
  const seconds: number[] = [];
  let head = await fit(input);
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    head = await fit(input);
    seconds.push((performance.now() - start) / 1000);
  }
  const trials = head.trials === undefined ? '' : `${head.trials.length} values of L2, `;
  return {
    name,
    value: median(seconds),
    unit: 's',
    bound: { kind: 'at most', value: bound },
    note: `${shape}, median of ${rounds}; ${trials}validation accuracy ${formatPercent(head.validationAccuracy ?? NaN)}`,
  };
}

function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchHeads());
