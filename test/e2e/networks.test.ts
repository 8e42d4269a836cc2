import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packZip } from '../../src/backbone/source/testing/pack-zip.ts';
import {
  importClassifier,
  inspectNetwork,
  loadClassifier,
  type NetworkDescription,
  type RunRecord,
  train,
} from '../../src/index.ts';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import { goldenFiles, readGoldenNetworks } from '../../src/import/tfjs/testing/golden-networks.ts';
import { floats, node } from '../../src/onnx/build.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { verifyBackbone } from '../../src/verify-backbone.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft } from '../support/regraft.ts';

// Networks of random weights that torch and Keras exported: whatever they say of a picture, all that Regraft does with them is checked.
describe('any pretrained network', () => {
  let root: string;
  let home: string;
  let photos: string;
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });
  const trainOn = (backbone: string, options: object = {}): Promise<RunRecord> =>
    train(photos, { home, out: join(root, 'model'), backbone, ...options }).then(({ run }) => run);

  beforeAll(async () => {
    root = await temporaryFolder();
    home = join(root, 'home');
    photos = join(root, 'shapes');
    await drawDataset(photos, 8);
    for (const name of ['resnet-classic-17', 'transformer-classic-17', 'mobilenet-v3-external']) {
      await put(join(root, name, 'model.onnx'), readGoldenFile(`${name}.onnx`));
    }
    await put(join(root, 'labels.txt'), 'ash\nbirch\ncedar\ndogwood\nelm\n');
  });

  afterAll(() => removeFolder(root));

  it.each(['resnet-classic-17', 'transformer-classic-17'])(
    '%s gives features that a head is trained on',
    async (name) => {
      const file = join(root, name, 'model.onnx');
      const run = await trainOn(file, { scaling: 'imagenet', taps: undefined });
      expect(run.backbone).toMatchObject({
        id: 'model.onnx',
        form: 'float32',
        taps: expect.arrayContaining(['bottleneck']) as string[],
        preprocess: {
          width: 32,
          height: 32,
          resize: 'stretch',
          kernel: 'bilinear',
          scaling: { order: 'RGB' },
        },
      });
      expect(run.options.network).toMatchObject({ backbone: file, scaling: 'imagenet' });
      expect(run.features).toEqual({ computed: 24, cached: 0 });
      await using classifier = await loadClassifier(join(root, 'model'));
      const photo = join(photos, 'circles', 'circles-1.jpg');
      const { label, error } = await classifier.classifyOne(photo);
      expect(error).toBeUndefined();
      expect(run.dataset.classes).toContain(label);
    },
  );

  it('its features are computed once for each way to prepare photos', async () => {
    const file = join(root, 'resnet-classic-17', 'model.onnx');
    const cached = async (options: object): Promise<number> => (await trainOn(file, options)).features.cached;
    await cached({ scaling: 'unit' });
    expect(await cached({ scaling: 'unit' })).toBe(24);
    expect(await cached({ scaling: 'unit', head: 'retrain', headOptions: { steps: 10 } })).toBe(24);
    expect(await cached({ scaling: 'inception' })).toBe(0);
    expect(await cached({ scaling: 'unit', resize: 'crop' })).toBe(0);
  });

  it('any of its tensors can be a tap, and an unknown one is refused with the nearest names', async () => {
    const file = join(root, 'resnet-classic-17', 'model.onnx');
    const { taps } = await inspectNetwork(file, { home });
    expect(taps.at(-1)).toMatchObject({ name: 'bottleneck' });
    const inner = taps[0]?.tensor ?? '';
    const run = await trainOn(file, { scaling: 'unit', taps: [inner, 'bottleneck'] });
    expect(run.backbone.taps).toEqual([inner, 'bottleneck']);
    expect(run.backbone.featureSize).toBe((taps[0]?.size ?? 0) + (taps.at(-1)?.size ?? 0));
    await expect(trainOn(file, { scaling: 'unit', taps: [`${inner}x`] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.stringMatching(/^Its taps: .+, bottleneck\. The nearest names: /) as string,
    });
  });

  it('what neither its file nor one beside it says is asked for, with the flag', async () => {
    const outcome = await regraft('train', 'shapes', '--backbone', 'resnet-classic-17/model.onnx', '--json');
    expect(outcome.code).toBe(1);
    expect(jsonOf<PrintedFailure>(outcome).error).toMatchObject({
      code: 'PREPROCESS_UNKNOWN',
      hint: expect.stringContaining('--scaling imagenet') as string,
    });
  });

  it('a preprocessor_config.json beside it says how photos are prepared', async () => {
    const folder = join(root, 'hub');
    await put(join(folder, 'model.onnx'), readGoldenFile('resnet-classic-17.onnx'));
    const config = {
      size: 32,
      resample: 3,
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    };
    await put(
      join(folder, 'preprocessor_config.json'),
      JSON.stringify({ image_processor_type: 'ViTImageProcessor', ...config }),
    );
    const { fit, scaling } = await inspectNetwork(folder, { home });
    expect(fit).toMatchObject({ width: 32, height: 32, kernel: 'bicubic' });
    expect(scaling).toEqual({ order: 'RGB', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] });
  });

  it('weights in a file beside it are read, and a missing one is named', async () => {
    const file = join(root, 'mobilenet-v3-external', 'model.onnx');
    const inspected = inspectNetwork(file, { home });
    await expect(inspected).rejects.toMatchObject({ code: 'BACKBONE_INVALID' });
    const text = await inspected.then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    const name = /external data (\S+) beside/.exec(text)?.[1] ?? '';
    await writeFile(join(root, 'mobilenet-v3-external', name), readGoldenFile(name));
    expect((await inspectNetwork(file, { home })).classes).toBe(5);
  });

  it('inspect shows what it is made of, and --json the same for programs', async () => {
    const args = ['inspect', 'resnet-classic-17', '--scaling', 'unit'];
    const description = jsonOf<NetworkDescription>(await regraft(...args, '--json'));
    expect(description).toMatchObject({ format: 'ONNX', form: 'float32', classes: 5, labels: null });
    expect(description.operators.find(({ op }) => op === 'Conv')?.count).toBeGreaterThan(3);
    expect(description.operators.map(({ op }) => op)).not.toContain('BatchNormalization');
    const { code, stdout } = await regraft(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/multiply-adds +\d/);
    expect(stdout).toMatch(/^ +bottleneck/m);
  });

  it('a self-test says that it is sound, or what is wrong', async () => {
    const options = { home, scaling: 'unit' };
    const file = join(root, 'resnet-classic-17', 'model.onnx');
    expect(await verifyBackbone(file, options)).toMatchObject({ id: 'model.onnx', topIsKnown: null });
    await put(join(root, 'broken.onnx'), networkOf(NaN));
    await expect(verifyBackbone(join(root, 'broken.onnx'), options)).rejects.toMatchObject({
      code: 'BACKBONE_INVALID',
      message: expect.stringMatching(
        /^broken\.onnx fails its self-test: tap \S+ gives values that are not finite\.$/,
      ) as string,
    });
    await put(join(root, 'dead.onnx'), networkOf(0));
    await expect(verifyBackbone(join(root, 'dead.onnx'), options)).rejects.toThrow(
      /^dead\.onnx fails its self-test: all values of tap \S+ are equal\.$/,
    );
  });

  describe('with classes of its own', () => {
    const labels = (): string => join(root, 'labels.txt');

    it('becomes a model that predict and evaluate take', async () => {
      const file = join(root, 'resnet-classic-17', 'model.onnx');
      const out = join(root, 'own');
      const imported = await importClassifier(file, { home, out, labels: labels(), scaling: 'unit' });
      expect(imported).toMatchObject({ folder: out, labels: ['ash', 'birch', 'cedar', 'dogwood', 'elm'] });
      const outcome = await regraft('predict', 'own', 'shapes/circles', '--json');
      const predictions = jsonOf<{ top: { label: string; probability: number }[] }[]>(outcome);
      expect(predictions).toHaveLength(8);
      for (const { top } of predictions) {
        expect(top.map(({ label }) => label).sort()).toEqual(imported.labels);
        expect(top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      }
      const { stdout } = await regraft('inspect', 'own');
      expect(stdout).toContain('with its own classes');
    });

    it('is refused without labels, and with too few of them', async () => {
      const options = { home, out: join(root, 'refused'), scaling: 'unit' };
      const file = join(root, 'resnet-classic-17', 'model.onnx');
      await expect(importClassifier(file, options)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: 'Expected the names of the 5 classes of model.onnx but found none in its files.',
      });
      await put(join(root, 'few.txt'), 'ash\nbirch\n');
      await expect(
        importClassifier(file, { ...options, labels: join(root, 'few.txt') }),
      ).rejects.toMatchObject({
        message: expect.stringContaining('Expected 5 labels for model.onnx but found 2 in') as string,
      });
      await expect(
        importClassifier(file, { ...options, labels: join(root, 'gone.txt') }),
      ).rejects.toMatchObject({
        code: 'INVALID_OPTION',
      });
    });

    it('a Teachable Machine export brings its labels and its preparation, as a zip and as a folder', async () => {
      const network = readGoldenNetworks('tfjs-layers.json').networks.find(
        ({ name }) => name === 'teachable-machine',
      );
      if (network === undefined) throw new Error('no golden of that name');
      const { json, read } = goldenFiles(network);
      const [shard = ''] = Object.keys(network.shards);
      const [size] = network.shape;
      const classes = network.outputs[0]?.shape.at(-1) ?? 0;
      const names = Array.from({ length: classes }, (_, index) => `class ${index + 1}`);
      const about = { packageName: '@teachablemachine/image', labels: names, imageSize: size };
      const files = new Map<string, Uint8Array>([
        ['model.json', Buffer.from(json)],
        [shard, read(shard)],
        ['metadata.json', Buffer.from(JSON.stringify(about))],
      ]);
      for (const [name, content] of files) await put(join(root, 'export', name), content);
      const zip = packZip([...files].map(([path, content]) => ({ path, content })));
      await writeFile(join(root, 'export.zip'), zip);
      for (const source of ['export.zip', 'export']) {
        const { code, stderr } = await regraft('import', source, '--out', `${source}-model`);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        await using classifier = await loadClassifier(join(root, `${source}-model`));
        expect(classifier.labels).toEqual(names);
        expect(classifier.info.preprocess).toMatchObject({ width: size, resize: 'crop', crop: 1 });
        const { error } = await classifier.classifyOne(join(photos, 'lines', 'lines-1.jpg'));
        expect(error).toBeUndefined();
      }
    });
  });
});

/** A convolution and a global average, all weights of one value. */
function networkOf(weight: number): Uint8Array {
  const nodes = [
    node('Conv', ['x', 'w'], ['conv'], { kernel_shape: { ints: [3, 3] } }),
    node('GlobalAveragePool', ['conv'], ['pooled']),
  ];
  const initializers = new Map([['w', floats([4, 3, 3, 3], new Float32Array(108).fill(weight))]]);
  const inputs = [{ name: 'x', type: 'float32', dims: ['N', 3, 8, 8] }] as const;
  const outputs = [{ name: 'pooled', type: 'float32', dims: ['N', 4, 1, 1] }] as const;
  const graph = { name: 'net', nodes, initializers, inputs, outputs };
  return encodeModel({ opset: 17, metadata: {}, graph });
}
