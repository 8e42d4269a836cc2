// Imported and simplified networks against the same ones as PyTorch and Keras export them, run as they are: ms a photo on one core, in turns.
// Needs the files of bench/make-networks.py: `REGRAFT_BENCH_NETWORKS=<folder> npm run bench -- --only import-speed`.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadBackbone } from '../src/backbone/load.ts';
import { regraftHome } from '../src/home.ts';
import { importNetwork } from '../src/import/import-network.ts';
import type { Tensor } from '../src/onnx/graph.ts';
import { elementCount } from '../src/onnx/build.ts';
import { decodeModel } from '../src/onnx/read.ts';
import { simplify } from '../src/onnx/simplify.ts';
import { openSessions, type SessionPool } from '../src/runtime/session-pool.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';

const rounds = 60;
const size = 224;

/** A network's file that is imported, and the ONNX file that is run as it is. */
interface Pair {
  readonly imported: string;
  readonly exported: string;
  /** What the two have to do with each other, where they are not one file. */
  readonly note?: string;
}

const pairs: readonly Pair[] = [
  ...['resnet18', 'mobilenet_v2', 'mobilenet_v3_small', 'efficientnet_b0', 'convnext_tiny'].map((name) => ({
    imported: `${name}.onnx`,
    exported: `${name}.onnx`,
  })),
  {
    imported: 'keras_mobilenet_v2.tflite',
    exported: 'keras_mobilenet_v2.onnx',
    note: "the same Keras network by Keras' own ONNX export",
  },
  {
    imported: 'keras_mobilenet_v2.tflite',
    exported: 'mobilenet_v2.onnx',
    note: 'the same architecture by torchvision, exported by torch',
  },
];

export async function benchImportSpeed(): Promise<BenchResult[]> {
  const folder = process.env.REGRAFT_BENCH_NETWORKS;
  if (folder === undefined) {
    console.error(
      'Skipped: the import-speed bench needs REGRAFT_BENCH_NETWORKS, a folder that bench/make-networks.py wrote.',
    );
    return [];
  }
  const results: BenchResult[] = [];
  for (const { imported, exported, note } of pairs) {
    const files = [imported, exported].map((name) => join(folder, name));
    const missing = files.find((file) => !existsSync(file));
    if (missing === undefined) results.push(...(await compare(files[0] ?? '', files[1] ?? '', note)));
    else console.error(`Skipped: ${missing} is not there.`);
  }
  return results;
}

async function compare(
  importedFile: string,
  exportedFile: string,
  note = 'the very same file',
): Promise<BenchResult[]> {
  const { model } = await importNetwork({
    bytes: await readFile(importedFile),
    name: basename(importedFile),
    beside: () => Promise.resolve(undefined),
  });
  const exported = await readFile(exportedFile);
  const backbone = await loadBackbone(importedFile, { home: regraftHome(), scaling: 'imagenet' });
  await using ours = await openSessions(simplify(model), { workers: 1 });
  await using theirs = await openSessions(exported, { workers: 1 });
  await using pixels = await openSessions(backbone.model, { workers: 1 });
  const [ourInput, theirInput] = [model, decodeModel(exported, exportedFile)].map(
    ({ graph }) => graph.inputs[0],
  );
  const image = {
    type: 'uint8',
    dims: [1, size, size, 3],
    data: new Uint8Array(size * size * 3).fill(99),
  } as const;
  const times = await timeInTurns([
    await runner(ours, ourInput?.name, pictureFor(ourInput?.dims ?? [])),
    await runner(theirs, theirInput?.name, pictureFor(theirInput?.dims ?? [])),
    await runner(pixels, 'image', image),
  ]);
  const ratio = (of: number): number => median(times.map((round) => (round[1] ?? NaN) / (round[of] ?? NaN)));
  const name = basename(importedFile);
  const ms = [0, 1, 2].map((index) => median(times.map((round) => round[index] ?? NaN)));
  return [
    { name: `${name}: imported`, value: ms[0] ?? NaN, unit: 'ms a photo' },
    {
      name: `${name}: exported, as it is`,
      value: ms[1] ?? NaN,
      unit: 'ms a photo',
      note: `${basename(exportedFile)}, ${note}`,
    },
    {
      name: `${name}: speed against the exported`,
      value: ratio(0),
      unit: '',
      bound: { kind: 'at least', value: 0.95 },
      note: `median of ${rounds} rounds in turns, one core`,
    },
    {
      name: `${name}: as a backbone against the exported`,
      value: ratio(2),
      unit: '',
      note: `uint8 pixels in, ${backbone.taps.length} taps out`,
    },
  ];
}

/** Milliseconds of each run in each round; the first goes last in every other round, so that none is favoured. */
async function timeInTurns(runs: readonly (() => Promise<unknown>)[]): Promise<number[][]> {
  for (const run of runs) await run();
  const times: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = runs.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    const taken: number[] = [];
    for (const index of order) {
      const start = performance.now();
      await runs[index]?.();
      taken[index] = performance.now() - start;
    }
    times.push(taken);
  }
  return times;
}

/** The picture lies in the worker already, so that no copying is timed. */
async function runner(sessions: SessionPool, input = '', picture: Tensor): Promise<() => Promise<unknown>> {
  const pinned = await sessions.pin(picture, 0);
  return () => sessions.run({ [input]: pinned }, { worker: 0 });
}

function pictureFor(dims: readonly (number | string)[]): Tensor {
  const shape = [1, ...dims.slice(1).map((dim) => (typeof dim === 'number' ? dim : size))];
  const data = Float32Array.from(
    { length: elementCount(shape) },
    (_, index) => (((index * 7919) % 1009) - 504) / 252,
  );
  return { type: 'float32', dims: shape, data };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchImportSpeed());
