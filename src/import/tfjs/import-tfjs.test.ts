import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawTfjsPictures } from '../../../test/goldens/tfjs-pictures.ts';
import { findRealData } from '../../../test/support/real-data.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { openSessions } from '../../runtime/session-pool.ts';
import type { ImportedNetwork } from '../imported-network.ts';
import { importTfjs } from './import-tfjs.ts';
import { goldenFiles, type GoldenNetwork, readGoldenNetworks } from './testing/golden-networks.ts';

const tfjs = readGoldenNetworks('tfjs-layers.json');
const keras = readGoldenNetworks('tfjs-keras.json');
const tolerance = 1e-4;

describe.each(tfjs.networks)('the network $name that TensorFlow.js has saved', (golden) => {
  it('gives what TensorFlow.js computes with it', async () => {
    await expectGolden(importTfjs(goldenFiles(golden), 'model.json'), golden);
  });
});

describe.each(keras.networks)('the network $name that Keras has saved', (golden) => {
  it('gives what Keras computes with it', async () => {
    await expectGolden(importTfjs(goldenFiles(golden), 'model.json'), golden);
  });
});

describe('Tiny Darknet as ml5 ships it', () => {
  const folder = join(findRealData() ?? '', 'networks/tfjs-layers/darknettiny');
  const real = tfjs.real;

  it.skipIf(!existsSync(folder))('gives what TensorFlow.js computes with it', async () => {
    const network = importTfjs(
      {
        json: readFileSync(join(folder, 'model.json'), 'utf8'),
        read: (path) => readFileSync(join(folder, path)),
      },
      'model.json',
    );
    expect(network.model.graph.inputs).toEqual([
      { name: 'input_1', type: 'float32', dims: ['N', 3, 224, 224] },
    ]);
    if (real !== undefined) await expectGolden(network, real);
  });
});

/** Compares all outputs for the two pictures of the goldens; errors are relative to an output's greatest value. */
async function expectGolden(
  { model }: ImportedNetwork,
  { shape, outputs }: Pick<GoldenNetwork, 'shape' | 'outputs'>,
): Promise<void> {
  const [height, width, channels] = shape;
  const pictures = drawTfjsPictures(2, height * width * channels);
  const data = permuted(pictures, [2, height, width, channels], [0, 3, 1, 2]);
  const [input] = model.graph.inputs;
  await using sessions = await openSessions(model, { workers: 1 });
  const results = await sessions.run({
    [input?.name ?? '']: { type: 'float32', dims: [2, channels, height, width], data },
  });
  expect(model.graph.outputs).toHaveLength(outputs.length);
  for (const [index, { name }] of model.graph.outputs.entries()) {
    const { dims, data: found } = channelsLast(results[name] as Tensor);
    const golden = outputs[index] as (typeof outputs)[number];
    expect(dims).toEqual(golden.shape);
    const bytes = Buffer.from(golden.values, 'base64');
    const values = new Float32Array(Uint8Array.from(bytes).buffer);
    const scale = Math.max(...values.map(Math.abs));
    const errors = values.map((value, at) => Math.abs(value - (found[at] ?? NaN)) / scale);
    expect(scale).toBeGreaterThan(0);
    expect(Math.max(...errors), `greatest relative error of ${name}`).toBeLessThanOrEqual(tolerance);
  }
}

function channelsLast({ dims, data }: Tensor): { dims: readonly number[]; data: Float32Array } {
  const values = data as Float32Array;
  if (dims.length !== 4) return { dims, data: values };
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  return { dims: [n, h, w, c], data: permuted(values, dims, [0, 2, 3, 1]) };
}

/** Lays values of four axes out in another order, by its definition. */
function permuted(values: Float32Array, dims: readonly number[], order: readonly number[]): Float32Array {
  const target = order.map((axis) => dims[axis] ?? 1);
  return Float32Array.from(values, (_, index) => {
    let rest = index;
    const place = [0, 0, 0, 0];
    for (let axis = 3; axis >= 0; axis--) {
      place[order[axis] ?? 0] = rest % (target[axis] ?? 1);
      rest = Math.floor(rest / (target[axis] ?? 1));
    }
    const at = place.reduce((sum, step, axis) => sum * (dims[axis] ?? 1) + step, 0);
    return values[at] ?? NaN;
  });
}
