import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mcnemarTest } from '../../src/evaluate/paired.ts';
import { exportRecordSchema, exportModel, importClassifier, loadClassifier, train } from '../../src/index.ts';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import { formulaHead } from '../fixtures/tiny-backbone.ts';
import { buildHeadOnly } from '../../src/model/build-classifier.ts';
import { loadModel } from '../../src/model/load.ts';
import { floats, node } from '../../src/onnx/build.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { colourNetwork } from '../fixtures/colour-network.ts';
import { drawSigns, signsCsv } from '../fixtures/draw-signs.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, patternNames, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft } from '../support/regraft.ts';

// Formats that onnxruntime-node runs; that of web pages has tests of its own.
const formats = ['onnx', 'onnx-int8', 'onnx-fp16'] as const;

// Networks of random weights that torch exported: whatever they say of a picture, the export must say nearly the same.
describe('an export', () => {
  let root: string;
  let home: string;
  const at = (...parts: string[]): string => join(root, ...parts);
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });
  const trainOn = (name: string, out: string, options: object = {}): Promise<unknown> =>
    train(at('shapes'), {
      home,
      out: at(out),
      backbone: at(`${name}.onnx`),
      scaling: 'imagenet',
      ...options,
    });

  beforeAll(async () => {
    root = await temporaryFolder();
    home = at('home');
    await drawDataset(at('shapes'), 12);
    for (const name of ['resnet-classic-17', 'mobilenet-v3-classic-17', 'resnet-classic-13-fixed']) {
      await put(at(`${name}.onnx`), readGoldenFile(`${name}.onnx`));
    }
    await trainOn('resnet-classic-17', 'model');
  });
  afterAll(() => removeFolder(root));

  it.each(formats)(
    'to %s is tested on the photos of the training, and stored with its record',
    async (to) => {
      const { record, folder } = await exportModel(at('model'), { to, home, out: at('out', to) });
      expect(folder).toBe(at('out', to));
      expect((await readdir(folder)).sort()).toEqual(['export.json', 'model.onnx']);
      const stored: unknown = JSON.parse(await readFile(join(folder, 'export.json'), 'utf8'));
      expect(exportRecordSchema.parse(stored)).toEqual(record);
      const run = JSON.parse(await readFile(at('model', 'run.json'), 'utf8')) as {
        split: { test: number; training: number };
        metrics: { test: { accuracy: number } };
      };
      expect(record).toMatchObject({
        format: to,
        trainingPhotos: run.split.training,
        test: {
          source: 'training run',
          photos: run.split.test,
          unreadable: 0,
          accuracyBefore: run.metrics.test.accuracy,
        },
      });
      expect(record.bytes).toBe((await readFile(join(folder, 'model.onnx'))).length);
    },
  );

  it.each(formats)(
    'to %s is a model that predict loads, with the figures that its record tells',
    async (to) => {
      const { record, folder } = await exportModel(at('model'), { to, home, out: at('out', to) });
      await using before = await loadClassifier(at('model'), { workers: 1 });
      await using after = await loadClassifier(folder, { workers: 1 });
      expect(after.info).toEqual(before.info);
      const rows = (await readFile(at('model', 'split.csv'), 'utf8')).trim().split('\n').slice(1);
      const test = rows.map((row) => row.split(',')).filter(([, , , part]) => part?.trim() === 'test');
      let largest = 0;
      const right: [boolean[], boolean[]] = [[], []];
      for (const [path = '', label = ''] of test) {
        const answers = [before, after].map((one) => one.classifyOne(at('shapes', path), { top: 9 }));
        const [a, b] = await Promise.all(answers);
        const other = new Map(b?.top.map((one) => [one.label, one.probability]));
        for (const one of a?.top ?? []) {
          largest = Math.max(largest, Math.abs(one.probability - (other.get(one.label) ?? NaN)));
        }
        right[0].push(a?.label === label);
        right[1].push(b?.label === label);
      }
      // Half precision is tested as it is, and predicted in single precision.
      const tolerance = to === 'onnx-fp16' ? 5e-3 : 1e-6;
      expect(Math.abs(record.test.largestDifference - largest)).toBeLessThan(tolerance);
      expect(record.test.pValue).toBeCloseTo(mcnemarTest(...right).pValue, 12);
      expect(record.test.accuracyAfter).toBe(right[1].filter(Boolean).length / test.length);
    },
  );

  it.each([11, 13, 16, 18, 19])('to operator set %d answers the same', async (opset) => {
    const { record, folder } = await exportModel(at('model'), {
      to: 'onnx',
      opset,
      home,
      out: at('sets', `${opset}`),
    });
    expect((await loadModel(folder)).model.opset).toBe(opset);
    expect(record.opset).toBe(opset);
    expect(record.test.changed).toBe(0);
    expect(record.test.largestDifference).toBeLessThan(1e-5);
  });

  it.each(['mobilenet-v3-classic-17', 'resnet-classic-13-fixed'])(
    'of a network like %s has all forms',
    async (name) => {
      await trainOn(name, name);
      for (const to of formats) {
        const { record } = await exportModel(at(name), { to, home, out: at(`${name}-${to}`) });
        // What 8 bits change of features that hang on the last digits is tested on the features: test/export-networks.test.ts.
        expect(record.test.largestDifference, to).toBeLessThan(to === 'onnx-int8' ? 1 : 0.1);
      }
    },
  );

  it('of a model that averages views, and of one that was fine-tuned, has all forms', async () => {
    await trainOn('resnet-classic-17', 'viewed', { views: 4 });
    await trainOn('resnet-classic-17', 'tuned', { fineTune: 1 });
    for (const [name, to] of ['viewed', 'tuned'].flatMap((model) =>
      formats.map((to) => [model, to] as const),
    )) {
      const { record } = await exportModel(at(name), { to, home, out: at(`${name}-${to}`) });
      expect(record.test.largestDifference, `${name} ${to}`).toBeLessThan(to === 'onnx-int8' ? 0.2 : 0.01);
    }
  });

  it('of a model with several labels a photo counts a photo as right when all its labels are', async () => {
    const signs = await drawSigns(at('signs'), 48);
    await put(at('signs', 'signs.csv'), signsCsv(signs));
    await put(at('colours.onnx'), encodeModel(colourNetwork()));
    const { run } = await train(at('signs', 'signs.csv'), {
      home,
      out: at('sign-model'),
      backbone: at('colours.onnx'),
      scaling: 'unit',
    });
    for (const to of formats) {
      const { record } = await exportModel(at('sign-model'), { to, home, out: at(`signs-${to}`) });
      expect(record.test.accuracyBefore).toBe(run.metrics.test.accuracy);
      expect(record.test.largestDifference, to).toBeLessThan(0.2);
    }
  });

  it('of a classifier from elsewhere is tested on labelled photos that are given', async () => {
    await put(at('colours.onnx'), encodeModel(colourNetwork()));
    await writeFile(at('labels.txt'), 'one\ntwo\nthree\nfour\nfive\n');
    await importClassifier(at('colours.onnx'), {
      labels: at('labels.txt'),
      out: at('theirs'),
      home,
      scaling: 'unit',
    });
    await expect(exportModel(at('theirs'), { to: 'onnx', home })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      hint: expect.stringContaining('--photos') as string,
    });
    await cp(at('shapes'), at('renamed'), { recursive: true });
    const [first = '', second = ''] = patternNames;
    await rename(at('renamed', first), at('renamed', 'one'));
    await rename(at('renamed', second), at('renamed', 'two'));
    for (const to of formats) {
      const { record } = await exportModel(at('theirs'), {
        to,
        home,
        photos: at('renamed'),
        out: at(`theirs-${to}`),
      });
      expect(record.test).toMatchObject({ source: 'given photos', photos: 12 });
      expect(record.trainingPhotos).toBe(12);
    }
  });

  it('finds photos that have moved by their content', async () => {
    await cp(at('model'), at('moved-model'), { recursive: true });
    const run = JSON.parse(await readFile(at('moved-model', 'run.json'), 'utf8')) as {
      options: { source: string };
    };
    run.options.source = at('nowhere');
    await writeFile(at('moved-model', 'run.json'), JSON.stringify(run));
    await expect(exportModel(at('moved-model'), { to: 'onnx', home })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining(at('nowhere')) as string,
      hint: expect.stringContaining('--photos') as string,
    });
    await cp(at('shapes'), at('elsewhere'), { recursive: true });
    const { record } = await exportModel(at('moved-model'), { to: 'onnx', home, photos: at('elsewhere') });
    expect(record.test.source).toBe('training run');
    await mkdir(at('strangers'), { recursive: true });
    await drawSigns(at('strangers', 'one'), 3);
    await expect(
      exportModel(at('moved-model'), { to: 'onnx', home, photos: at('strangers') }),
    ).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining('found none of them') as string,
    });
  });

  it('that loses more than is allowed leaves nothing behind', async () => {
    // Red and blue are told by channels beside one a thousand times as large: in the steps of 8 bits that it needs, they are 0.
    const filters = floats([3, 3, 1, 1], [1000, 1000, 1000, 1, 0, 0, 0, 0, 1]);
    const weights = floats([2, 3], [0, 1, 0, 0, 0, 1]);
    const network: Model = {
      opset: 17,
      metadata: {},
      graph: {
        name: 'uneven',
        initializers: new Map([
          ['filters', filters],
          ['weights', weights],
        ]),
        inputs: [{ name: 'pixels', type: 'float32', dims: ['N', 3, 8, 8] }],
        outputs: [{ name: 'scores', type: 'float32', dims: ['N', 2] }],
        nodes: [
          node('Conv', ['pixels', 'filters'], ['seen']),
          node('GlobalAveragePool', ['seen'], ['means']),
          node('Flatten', ['means'], ['features']),
          node('Gemm', ['features', 'weights'], ['scores'], { transB: { int: 1 } }),
        ],
      },
    };
    await put(at('uneven.onnx'), encodeModel(network));
    await put(at('two.txt'), 'red\nblue\n');
    for (const [label, [r, b]] of Object.entries({ red: [200, 20], blue: [20, 200] } as const)) {
      for (let number = 0; number < 8; number++) {
        const background = { r, g: number * 9, b };
        const image = sharp({ create: { width: 8, height: 8, channels: 3, background } }).png();
        await put(at('squares', label, `${number}.png`), await image.toBuffer());
      }
    }
    await importClassifier(at('uneven.onnx'), {
      labels: at('two.txt'),
      out: at('uneven'),
      home,
      scaling: 'unit',
    });
    const options = { to: 'onnx-int8', home, photos: at('squares') };
    const { record } = await exportModel(at('uneven'), { ...options, out: at('allowed') });
    expect(record.test.accuracyBefore).toBe(1);
    const lost = (1 - record.test.accuracyAfter) * 100;
    expect(lost).toBeGreaterThan(10);
    await expect(
      exportModel(at('uneven'), { ...options, out: at('refused'), maxAccuracyLoss: 5 }),
    ).rejects.toMatchObject({
      code: 'EXPORT_WORSE',
      message: expect.stringContaining(`loses ${lost.toFixed(2)}`) as string,
    });
    expect(await readdir(root)).not.toContain('refused');
    await exportModel(at('uneven'), { ...options, out: at('tolerated'), maxAccuracyLoss: 100 });
  });

  it('takes the place of a former export, and of nothing else', async () => {
    const out = at('again');
    await exportModel(at('model'), { to: 'onnx', home, out });
    await writeFile(join(out, 'notes.txt'), 'mine');
    await exportModel(at('model'), { to: 'onnx-fp16', home, out });
    expect((await readdir(out)).sort()).toEqual(['export.json', 'model.onnx', 'notes.txt']);
    expect(await readFile(join(out, 'notes.txt'), 'utf8')).toBe('mine');
    const before = await readFile(at('model', 'model.onnx'));
    await expect(
      exportModel(at('sets', '11'), { to: 'onnx', home, out: at('model'), photos: at('renamed') }),
    ).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
      message: expect.stringContaining('of another origin') as string,
    });
    expect(await readFile(at('model', 'model.onnx'))).toEqual(before);
  });

  it('is refused in words: what is no model, a head alone, another form, a set of another form, a file as its folder', async () => {
    await expect(exportModel(at('shapes'), { to: 'onnx', home })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
    await put(at('head', 'model.onnx'), encodeModel(buildHeadOnly(4, formulaHead(4, ['a', 'b']))));
    await expect(exportModel(at('head'), { to: 'onnx', home })).rejects.toMatchObject({
      code: 'NOT_A_CLASSIFIER',
    });
    for (const [options, message] of [
      [{ to: 'coreml' }, 'Expected one of onnx, onnx-int8, onnx-fp16'],
      [{ to: 'onnx-int8', opset: 13 }, 'Expected no opset for onnx-int8'],
      [{ to: 'onnx', opset: 10 }, 'Expected a whole number from 11 to 19 for opset'],
      [{ to: 'onnx', out: at('flowers.onnx') }, 'Expected a folder for out'],
      [{ to: 'onnx', maxAccuracyLoss: -1 }, 'Expected a number from 0 to 100 for maxAccuracyLoss'],
    ] as const) {
      await expect(exportModel(at('model'), { home, ...options })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(message) as string,
      });
    }
    const int8 = exportModel(at('out', 'onnx-int8'), {
      to: 'onnx-int8',
      home,
      photos: at('shapes'),
      out: at('twice'),
    });
    await expect(int8).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('8-bit integers already') as string,
    });
  });

  it('is printed calmly by the command, or as its record, and a failure as every other', async () => {
    const shown = await regraft('export', 'model', '--to', 'onnx', '--opset', '13', '--out', 'printed');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('test accuracy');
    expect(shown.stdout).toContain('every answer is the same');
    const json = await regraft('export', 'model', '--to', 'onnx', '--out', 'printed', '--json');
    expect(exportRecordSchema.parse(jsonOf(json)).model.name).toBe('model');
    const failed = await regraft('export', 'shapes', '--to', 'onnx', '--json');
    expect(failed.code).toBe(1);
    expect(jsonOf<PrintedFailure>(failed).error.code).toBe('MODEL_NOT_FOUND');
  });

  it('of photos that broke since counts them apart', async () => {
    await cp(at('shapes'), at('broken'), { recursive: true });
    const rows = (await readFile(at('model', 'split.csv'), 'utf8')).trim().split('\n').slice(1);
    const [path = ''] =
      rows.map((row) => row.split(',')).find(([, , , part]) => part?.trim() === 'test') ?? [];
    await rm(at('broken', path));
    const { record } = await exportModel(at('model'), {
      to: 'onnx',
      home,
      photos: at('broken'),
      out: at('fewer'),
    });
    expect(record.test.photos).toBe(rows.filter((row) => row.trim().endsWith('test')).length - 1);
  });
});
