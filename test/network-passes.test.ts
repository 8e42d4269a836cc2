import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findTaps } from '../src/backbone/find-taps.ts';
import { inceptionV3 } from '../src/backbone/inception-v3.ts';
import { expectPooled } from '../src/backbone/testing/expect-pooled.ts';
import { importOnnx } from '../src/import/onnx/import-onnx.ts';
import { importTflite } from '../src/import/tflite/import-tflite.ts';
import { elementCount, floats } from '../src/onnx/build.ts';
import type { Model } from '../src/onnx/graph.ts';
import { inferShapes } from '../src/onnx/infer-shapes.ts';
import { measureGraph } from '../src/onnx/measure.ts';
import { substitute } from '../src/onnx/shapes/dimension.ts';
import { simplify } from '../src/onnx/simplify.ts';
import { expectSameResults } from '../src/onnx/testing/expect-same-results.ts';
import { seededRandom } from '../src/onnx/testing/random.ts';
import { runForEveryTensor } from '../src/onnx/testing/run-model.ts';
import { findWeights } from './support/home.ts';

const folder = fileURLToPath(new URL('goldens/onnx-networks/', import.meta.url));
const exported = readdirSync(folder).filter((file) => file.endsWith('.onnx.gz'));

describe.each(exported)('%s', (file) => {
  const model = open(file);

  it('has the shapes that are inferred, all of them known', async () => {
    const batch = 2;
    const dims = (model.graph.inputs[0]?.dims ?? []).map((dim) => Number(substitute(dim, 'N', batch)));
    const feed = floats(dims, seededRandom(3).floats(elementCount(dims)));
    const real = await runForEveryTensor(model, { [model.graph.inputs[0]?.name ?? '']: feed });
    const shapes = inferShapes(model);
    for (const [name, tensor] of Object.entries(real)) {
      expect(shapes.get(name)?.type, name).toBe(tensor.type);
      expect(
        shapes.get(name)?.dims.map((dim) => substitute(dim, 'N', batch)),
        name,
      ).toEqual(tensor.dims);
    }
  });

  it('computes the same when simplified, and is not changed again', async () => {
    const simple = simplify(model);
    const ops = new Set(simple.graph.nodes.map(({ op }) => op));
    for (const gone of ['BatchNormalization', 'Identity', 'Dropout', 'Constant']) {
      expect(ops).not.toContain(gone);
    }
    expect(simple.graph.nodes.length).toBeLessThanOrEqual(model.graph.nodes.length);
    expect(simplify(simple)).toBe(simple);
    await expectSameResults(simple, model);
  });

  it('has taps that are the means of their tensors, and scores of its classes', async () => {
    const simple = simplify(model);
    const { taps, logits } = findTaps(simple, inferShapes(simple));
    expect(taps.length).toBeGreaterThanOrEqual(3);
    expect(taps.at(-1)?.name).toBe('bottleneck');
    expect(logits).toEqual({ tensor: 'logits', classes: 5 });
    await expectPooled(simple, taps);
  });
});

it('only layouts that the network itself changes are left: none in a picture network, one before each norm and one after in ConvNeXt', () => {
  const left = (file: string): number =>
    simplify(open(file)).graph.nodes.filter(({ op }) => op === 'Transpose').length;
  expect(left('resnet-classic-13.onnx.gz')).toBe(0);
  expect(left('mobilenet-v3-classic-17.onnx.gz')).toBe(0);
  // That of the input.
  expect(left('resnet-nhwc.onnx.gz')).toBe(1);
});

const weights = await findWeights();

describe.skipIf(weights.path === undefined)('the embedded network', () => {
  it('has the ends of its resolutions and its bottleneck among the taps that are found', async () => {
    const { model } = importTflite(await readFile(weights.path ?? ''), 'inception-v3', 'uint8');
    const shapes = inferShapes(model);
    const { taps, logits } = findTaps(model, shapes);
    expect(taps.map(({ name }) => name)).toEqual([
      '149x149',
      '147x147',
      '73x73',
      '71x71',
      '35x35',
      '17x17',
      '8x8',
      'bottleneck',
    ]);
    const sources = (inceptionV3.taps ?? []).map(({ tensor }) => tensor);
    for (const { tensor } of taps.slice(-4)) expect(sources).toContain(tensor);
    expect(taps.at(-1)?.size).toBe(2048);
    expect(logits?.classes).toBe(1001);
    expect(simplify(model)).toBe(model);
    // The published figures of Inception v3: 5.7 billion multiply-adds, 23.8 million parameters without the auxiliary head.
    const { multiplyAdds, parameters } = measureGraph(model, shapes);
    expect(multiplyAdds / 5.713e9).toBeCloseTo(1, 2);
    expect(parameters / 23.83e6).toBeCloseTo(1, 2);
  });
});

function open(file: string): Model {
  const read = (name: string): Uint8Array => gunzipSync(readFileSync(`${folder}${name}`));
  return importOnnx(read(file), file, { external: (path) => read(`${path}.gz`) }).model;
}
