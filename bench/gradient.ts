// A step of training on the last blocks of Inception v3: forward, and the gradients of all weights and of what each layer reads, beside the
// forward pass alone. One core; the time is that of the process, so that others on the machine do not count.
import { pathToFileURL } from 'node:url';
import { floats, node } from '../src/onnx/build.ts';
import { cutAt } from '../src/onnx/cut.ts';
import { differentiate } from '../src/onnx/gradient/differentiate.ts';
import type { Model, Tensor } from '../src/onnx/graph.ts';
import { inferShapes } from '../src/onnx/infer-shapes.ts';
import { measureGraph } from '../src/onnx/measure.ts';
import { draftModel, randomTensor } from '../src/onnx/testing/draft-model.ts';
import { openSessions } from '../src/runtime/session-pool.ts';
import { type BenchResult, median, printResults } from './bench-result.ts';
import { draftMixed7 } from './mixed-7.ts';

const rounds = 5;
const leastRate = 60;

/** Channels in and out, height and width of the kernel, side of the map, stride. */
const layers: readonly (readonly [number, number, number, number, number, number])[] = [
  [768, 192, 1, 1, 17, 1],
  [192, 192, 1, 7, 17, 1],
  [192, 192, 7, 1, 17, 1],
  [192, 320, 3, 3, 17, 2],
  [1280, 320, 1, 1, 8, 1],
  [2048, 448, 1, 1, 8, 1],
  [448, 384, 3, 3, 8, 1],
  [384, 384, 1, 3, 8, 1],
  [384, 384, 3, 1, 8, 1],
];

export async function benchGradients(): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const layer of layers) results.push(...(await benchLayer(layer, 8)));
  for (const batch of [8, 16]) results.push(...(await benchBlocks(batch)));
  return results;
}

async function benchLayer(
  [channels, filters, height, width, side, stride]: (typeof layers)[number],
  batch: number,
): Promise<BenchResult[]> {
  const before = stride === 1 ? [(height - 1) / 2, (width - 1) / 2] : [0, 0];
  const attributes = {
    kernel_shape: { ints: [height, width] },
    strides: { ints: [stride, stride] },
    pads: { ints: [...before, ...before] },
  };
  const model = draftModel(
    [channels, side, side],
    [
      // An offset to be trained, so that what the layer reads needs a gradient.
      node('Add', ['x', 'offset'], ['read']),
      node('Conv', ['read', 'weights', 'bias'], ['y'], attributes),
      node('ReduceMean', ['y'], ['loss'], { keepdims: { int: 0 } }),
    ],
    {
      offset: randomTensor([1, channels, 1, 1], 1),
      weights: randomTensor([filters, channels, height, width], 2),
      bias: randomTensor([filters], 3),
    },
    ['loss'],
  );
  const name = `${height}×${width}, ${channels} → ${filters} channels, ${side}×${side}${stride === 1 ? '' : `, stride ${stride}`}`;
  const feeds = { x: randomTensor([batch, channels, side, side], 4) };
  return await measure(name, model, ['weights', 'bias', 'offset'], feeds, batch, 0);
}

async function benchBlocks(batch: number): Promise<BenchResult[]> {
  const { model, parameters, lowest } = draftMixed7();
  const activations = (randomTensor([batch, 768, 17, 17], 1).data as Float32Array).map((value) =>
    Math.max(0, value),
  );
  const feeds = {
    x: floats([batch, 768, 17, 17], activations),
    targets: floats([batch, 5], new Float32Array(batch * 5).fill(0.2)),
  };
  return await measure(`Mixed_7a to 7c, batch ${batch}`, model, parameters, feeds, batch, lowest);
}

/** @param lowest - The part of the multiply-adds whose layers read the fed activations, which need no gradient. */
async function measure(
  name: string,
  model: Model,
  parameters: readonly string[],
  feeds: Readonly<Record<string, Tensor>>,
  batch: number,
  lowest: number,
): Promise<BenchResult[]> {
  const operations = 2e-9 * batch * measureGraph(model, inferShapes(model)).multiplyAdds;
  const weights = new Map(
    parameters.map((parameter) => [parameter, model.graph.initializers.get(parameter) as Tensor]),
  );
  const trained = differentiate(model, { loss: 'loss', parameters });
  const forward = cutAt(
    trained,
    trained.graph.outputs.filter(({ name: output }) => output === 'loss'),
  );
  const constant = await coreSeconds(model, feeds, new Map());
  const fed = await coreSeconds(forward, feeds, weights);
  const step = await coreSeconds(trained, feeds, weights);
  const note = `batch ${batch}, ${operations.toFixed(2)} GFLOP forward, median of ${rounds}`;
  return [
    { name: `${name}: forward, constant weights`, value: operations / constant, unit: 'GFLOP/s', note },
    { name: `${name}: forward, fed weights`, value: operations / fed, unit: 'GFLOP/s' },
    {
      name: `${name}: gradient step`,
      value: (operations * (3 - lowest)) / step,
      unit: 'GFLOP/s',
      bound: { kind: 'at least', value: leastRate },
    },
  ];
}

async function coreSeconds(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
  weights: ReadonlyMap<string, Tensor>,
): Promise<number> {
  await using sessions = await openSessions(model, { workers: 1 });
  const pinned = await Promise.all(
    [...Object.entries(feeds), ...weights].map(
      async ([name, tensor]) => [name, await sessions.pin(tensor, 0)] as const,
    ),
  );
  const all = Object.fromEntries(pinned);
  await sessions.run(all, { worker: 0 });
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    await sessions.run(all, { worker: 0 });
    const { user, system } = process.cpuUsage(start);
    seconds.push((user + system) / 1e6);
  }
  return median(seconds);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printResults(await benchGradients());
