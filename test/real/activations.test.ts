import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backbone } from '../../src/backbone/backbone.ts';
import { inceptionV3 } from '../../src/backbone/inception-v3.ts';
import type { Photo } from '../../src/dataset/dataset.ts';
import { storeActivations } from '../../src/finetune/activations/store-activations.ts';
import { cutNetwork } from '../../src/finetune/cut/cut-network.ts';
import { joinCut } from '../../src/finetune/cut/join-cut.ts';
import { decodeImage } from '../../src/image/decode.ts';
import { uint8s } from '../../src/onnx/build.ts';
import type { Tensor } from '../../src/onnx/graph.ts';
import { runModel } from '../../src/onnx/testing/run-model.ts';
import { viewsOf } from '../../src/shared/photo-view.ts';
import { findWeights, removeFolder, temporaryFolder, type TestWeights } from '../support/home.ts';
import { importInception } from '../support/inception.ts';
import { findRealData } from '../support/real-data.ts';

const data = findRealData();
const weights: TestWeights = data === undefined ? { missing: 'no photos' } : await findWeights();
if (data === undefined) {
  if (process.env.REGRAFT_TEST_ALL === '1') throw new Error('REGRAFT_TEST_ALL=1 needs REGRAFT_DATA.');
  process.stderr.write('Skipped: set REGRAFT_DATA to the folder with flower_photos/.\n');
}

describe.skipIf(weights.path === undefined)('the embedded network, cut (REGRAFT_DATA)', () => {
  let home: string;
  let photos: Photo[];
  let quantised: Backbone;
  let real: Backbone;

  beforeAll(async () => {
    home = await temporaryFolder();
    const bytes = await readFile(weights.path ?? '');
    [quantised, real] = [importInception(bytes, 'uint8'), importInception(bytes, 'float32')];
    const folder = join(data ?? '', 'flower_photos');
    const classes = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
    photos = await Promise.all(
      classes.map(async (name, label) => {
        const [first = ''] = (await readdir(join(folder, name))).sort();
        const file = join(folder, name, first);
        const sha256 = createHash('sha256')
          .update(await readFile(file))
          .digest('hex');
        return { path: `${name}/${first}`, file, label, sha256 };
      }),
    );
  });

  afterAll(() => removeFolder(home));

  async function pixels(): Promise<Tensor> {
    const { width, height } = inceptionV3.preprocess as { width: number; height: number };
    const all = await Promise.all(photos.map(({ file }) => decodeImage(file, quantised.preprocess)));
    return uint8s([photos.length, height, width, 3], Buffer.concat(all));
  }

  it('trains the last three blocks with 12.8 million weights, and stores 222 KB a view', () => {
    const cut = cutNetwork(quantised, 3);
    expect([cut.name, cut.blocks]).toEqual(['Mixed_6e', ['Mixed_7a', 'Mixed_7b', 'Mixed_7c']]);
    expect(cut.activation).toEqual({
      name: 'activation',
      tensor: 'InceptionV3/InceptionV3/Mixed_6e/concat',
      type: 'uint8',
      dims: [768, 17, 17],
    });
    expect(cut.parameters).toHaveLength(48);
    const sizes = cut.parameters.map((name) => cut.upper.graph.initializers.get(name)?.data.length ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(12_811_904);
    expect(() => cutNetwork(quantised, 11)).toThrow('from 1 to 10');
    expect(cutNetwork(quantised, 10).name).toBe('Mixed_5b');
  });

  it('gives in floating point, behind levels that are stored, what the quantised network gives', async () => {
    const cut = cutNetwork(quantised, 3);
    const { store } = await storeActivations(photos, quantised, cut, viewsOf(2), { home });
    const activation = await store.read(
      photos.map(({ sha256 }) => sha256),
      photos.map(() => 'whole'),
    );
    const found = await runModel(cut.upper, { [cut.activation.name]: activation });
    const [whole, joined] = [
      await runModel(quantised.model, { image: await pixels() }),
      await runModel(joinCut(cut), { image: await pixels() }),
    ];
    // Rounding to levels adds up from block to block.
    for (const [tap, least] of [
      ['Mixed_7a', 0.9999],
      ['Mixed_7b', 0.999],
      ['Mixed_7c', 0.999],
      ['bottleneck', 0.995],
    ] as const) {
      expect(cosine(found[tap], whole[tap]), tap).toBeGreaterThan(least);
      expect(cosine(found[tap], joined[tap]), tap).toBeGreaterThan(0.999999);
    }
    for (const { name } of cut.taps.frozen) expect(joined[name], name).toEqual(whole[name]);
  });

  it('loses next to nothing in half precision where it computes in floating point', async () => {
    const cut = cutNetwork(real, 3);
    const { store } = await storeActivations(photos, real, cut, ['whole'], { home });
    const activation = await store.read(
      photos.map(({ sha256 }) => sha256),
      photos.map(() => 'whole'),
    );
    const found = await runModel(cut.upper, { [cut.activation.name]: activation });
    const whole = await runModel(real.model, { image: await pixels() });
    for (const { name } of cut.taps.upper) {
      expect(1 - cosine(found[name], whole[name]), name).toBeLessThan(1e-6);
    }
  });
});

function cosine(a: Tensor | undefined, b: Tensor | undefined): number {
  const [x, y] = [a?.data as Float32Array, b?.data as Float32Array];
  const dot = (left: Float32Array, right: Float32Array): number =>
    left.reduce((sum, value, at) => sum + value * (right[at] ?? NaN), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
