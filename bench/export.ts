// What exports cost and gain on real photos: test accuracy and time of `onnx-int8` and `onnx-fp16` against the model in floating point, the two run in turns on one core.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportModel } from '../src/export-model.ts';
import type { ExportRecord } from '../src/export/export-record.ts';
import { regraftHome } from '../src/home.ts';
import { loadModel } from '../src/model/load.ts';
import type { Tensor } from '../src/onnx/graph.ts';
import { openSessions } from '../src/runtime/session-pool.ts';
import { train, type TrainOptions } from '../src/index.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { flowerPhotos } from './photos.ts';

const rounds = 40;
const models: readonly (readonly [string, TrainOptions])[] = [
  ['Inception v3', { form: 'float32' }],
  ['MobileNetV2', { backbone: 'mobilenet-v2-ssd' }],
];

export async function benchExport(): Promise<BenchResult[]> {
  const photos = flowerPhotos();
  if (photos === undefined) {
    console.error('Skipped: the bench of exports needs REGRAFT_DATA with flower_photos/.');
    return [];
  }
  const home = regraftHome();
  const folder = await mkdtemp(join(tmpdir(), 'regraft-bench-'));
  const results: BenchResult[] = [];
  try {
    for (const [name, options] of models) {
      const model = join(folder, name);
      await train(photos, { ...options, home, out: model });
      for (const to of ['onnx-int8', 'onnx-fp16'] as const) {
        const { record, folder: exported } = await exportModel(model, { to, home });
        results.push(...figures(`${name}, ${to}`, record), await speed(`${name}, ${to}`, model, exported));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

function figures(name: string, { test, bytes, model }: ExportRecord): BenchResult[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    {
      name: `${name}: accuracy lost`,
      value: (test.accuracyBefore - test.accuracyAfter) * 100,
      unit: 'points',
      bound: { kind: 'at most', value: 0.5 },
      note: `${percent(test.accuracyBefore)} to ${percent(test.accuracyAfter)} of ${test.photos} photos, ${test.changed} answers changed, p = ${test.pValue.toFixed(2)}`,
    },
    { name: `${name}: size`, value: bytes / model.bytes, unit: 'of the model' },
  ];
}

/** How much faster the export is, as the median of the quotients of runs one after the other: other work on the machine slows both. */
async function speed(name: string, model: string, exported: string): Promise<BenchResult> {
  const [before, after] = [await loadModel(model), await loadModel(exported)];
  await using one = await openSessions(before.model, { workers: 1 });
  await using other = await openSessions(after.model, { workers: 1 });
  const dims = [1, ...(before.model.graph.inputs[0]?.dims.slice(1).map(Number) ?? [])];
  const data = Uint8Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => (at * 7919) % 256);
  const image: Tensor = { type: 'uint8', dims, data };
  const time = async (sessions: typeof one): Promise<number> => {
    const start = performance.now();
    await sessions.run({ image });
    return performance.now() - start;
  };
  const times: [number, number][] = [];
  for (let round = 0; round < rounds; round++) times.push([await time(one), await time(other)]);
  const steady = times.slice(5);
  const [ms, msAfter] = [median(steady.map(([a]) => a)), median(steady.map(([, b]) => b))];
  return {
    name: `${name}: speed`,
    value: median(steady.map(([a, b]) => a / b)),
    unit: 'times the model',
    ...(name.endsWith('int8') ? { bound: { kind: 'at least', value: 1.7 } as const } : {}),
    note: `${ms.toFixed(1)} ms to ${msAfter.toFixed(1)} ms a photo on one core`,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchExport());
