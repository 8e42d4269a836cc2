import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateModel,
  loadClassifier,
  type OnProgress,
  type ModelEvaluation,
  type Prediction,
  type RunRecord,
  train,
} from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, drawPhoto, patternNames, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft, showsStack } from '../support/regraft.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('using a trained model', () => {
  let root: string;
  let home: string;
  let photos: string;
  let model: string;
  let run: RunRecord;
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    photos = join(root, 'shapes');
    model = join(root, 'shapes-model');
    await drawDataset(photos, 10);
    ({ run } = await train(photos, { out: model, home }));
    const bad = join(root, 'bad');
    await put(join(bad, 'empty.jpg'), '');
    await put(join(bad, 'page.jpg'), '<!doctype html><title>Not found</title>');
    const whole = await drawPhoto('circles', 3);
    await put(join(bad, 'truncated.jpg'), whole.subarray(0, whole.length / 2));
  });

  afterAll(() => removeFolder(root));

  /** The rows of predictions.csv: path, label, predicted, probability, then one probability a class. */
  const testRows = async (folder = model): Promise<{ path: string; probabilities: number[] }[]> => {
    const [, ...rows] = (await readFile(join(folder, 'predictions.csv'), 'utf8')).trim().split('\n');
    return rows.map((row) => {
      const [path = '', , , , ...probabilities] = row.trim().split(',');
      return { path, probabilities: probabilities.map(Number) };
    });
  };

  describe('predict', () => {
    it('gives the test photos the probabilities of predictions.csv', async () => {
      const rows = await testRows();
      expect(rows).toHaveLength(run.split.test);
      const files = rows.map(({ path }) => join(photos, path));
      const predictions = jsonOf<Prediction[]>(await regraft('predict', 'shapes-model', ...files, '--json'));
      for (const [index, { top }] of predictions.entries()) {
        const found = new Map(top.map(({ label, probability }) => [label, probability]));
        patternNames.forEach((name, label) => {
          expect(found.get(name)).toBeCloseTo(rows[index]?.probabilities[label] ?? -1, 5);
        });
      }
    });

    it.each([2, 4, 10] as const)('does so with %d views of each photo', async (views) => {
      const [few, folder] = [join(root, 'few'), join(root, `views-${views}`)];
      await drawDataset(few, 4);
      const { split } = (await train(few, { out: folder, home, views })).run;
      const rows = await testRows(folder);
      expect(rows).toHaveLength(split.test);
      await using classifier = await loadClassifier(folder);
      for (const { path, probabilities } of rows) {
        const { top } = await classifier.classifyOne(join(few, path));
        const found = new Map(top.map(({ label, probability }) => [label, probability]));
        patternNames.forEach((name, label) => {
          expect(Math.abs((found.get(name) ?? NaN) - (probabilities[label] ?? NaN))).toBeLessThan(1e-4);
        });
      }
    });

    it('keeps the order given, with photos that cannot be read in their places', async () => {
      const given = [
        'shapes/lines/lines-2.jpg',
        'bad/page.jpg',
        'shapes/checks/checks-1.jpg',
        'bad/truncated.jpg',
        'no such photo.jpg',
        'shapes/circles/circles-9.jpg',
        'bad/empty.jpg',
      ];
      const outcome = await regraft('predict', 'shapes-model', ...given, '--json');
      expect(outcome.code).toBe(0);
      const predictions = jsonOf<Prediction[]>(outcome);
      expect(predictions.map(({ path }) => path)).toEqual(given);
      expect(predictions.map(({ label }) => label)).toEqual([
        'lines',
        null,
        'checks',
        null,
        null,
        'circles',
        null,
      ]);
      expect(predictions.map(({ error }) => error?.code)).toEqual([
        undefined,
        'NOT_AN_IMAGE',
        undefined,
        'PHOTO_CORRUPT',
        'PHOTO_NOT_FOUND',
        undefined,
        'PHOTO_EMPTY',
      ]);
      for (const { label, probability, top, error } of predictions) {
        if (error !== undefined) {
          expect({ label, probability, top }).toEqual({ label: null, probability: null, top: [] });
          expect(error.reason).toMatch(/^[A-Z].+\.$/);
          continue;
        }
        expect(top[0]).toEqual({ label, probability });
        expect(top.map((scored) => scored.probability)).toEqual(
          top.map((scored) => scored.probability).sort((a, b) => b - a),
        );
        expect(top.reduce((sum, scored) => sum + scored.probability, 0)).toBeCloseTo(1, 5);
      }
    });

    it('exit code 1, and still the whole document, when no photo could be read', async () => {
      const outcome = await regraft('predict', 'shapes-model', 'bad', '--json');
      expect(outcome.code).toBe(1);
      const predictions = jsonOf<Prediction[]>(outcome);
      expect(predictions.map(({ path }) => path)).toEqual([
        'bad/empty.jpg',
        'bad/page.jpg',
        'bad/truncated.jpg',
      ]);
      expect(outcome.stderr).toContain('None of the 3 photos could be read.');
      expect(showsStack(outcome.stderr)).toBe(false);
    });

    it('--top limits the classes, and folders are walked in natural order', async () => {
      const outcome = await regraft(
        'predict',
        'shapes-model/model.onnx',
        'shapes/lines',
        '--json',
        '--top',
        '1',
      );
      const predictions = jsonOf<Prediction[]>(outcome);
      expect(predictions.map(({ path }) => path)).toEqual(
        Array.from({ length: 10 }, (_, index) => `shapes/lines/lines-${index + 1}.jpg`),
      );
      for (const { top } of predictions) expect(top).toHaveLength(1);
    });

    it('--csv prints a table with a header and the reasons', async () => {
      const { code, stdout } = await regraft(
        'predict',
        'shapes-model',
        'shapes/checks/checks-4.jpg',
        'bad/empty.jpg',
        '--csv',
        '--top',
        '2',
      );
      expect(code).toBe(0);
      const [header, first, second, ...rest] = stdout
        .trim()
        .split('\n')
        .map((line) => line.trim());
      expect(header).toBe('path,label,probability,label2,probability2,error,reason,unknown,unknownScore');
      expect(first).toMatch(
        /^shapes\/checks\/checks-4\.jpg,checks,0\.\d+(e-\d+)?,\w+,[\d.e-]+,,,false,-?[\d.e-]+$/,
      );
      expect(second).toMatch(/^bad\/empty\.jpg,,,,,PHOTO_EMPTY,.+/);
      expect(rest).toEqual([]);
    });

    it('prints lines for people without --json', async () => {
      const { code, stdout } = await regraft(
        'predict',
        'shapes-model',
        'shapes/checks/checks-4.jpg',
        'bad/empty.jpg',
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/^shapes\/checks\/checks-4\.jpg {2}→ {2}checks +\d+\.\d %/m);
      expect(stdout).toMatch(/^bad\/empty\.jpg +✖ +PHOTO_EMPTY: /m);
    });

    it('photos given as bytes come back in their order', async () => {
      const bytes = await Promise.all(patternNames.map((pattern) => drawPhoto(pattern, 5)));
      const given = Array.from({ length: 30 }, (_, index) => bytes[(index * 7) % 3] ?? Buffer.alloc(0));
      await using classifier = await loadClassifier(model, { workers: 2 });
      const labels: (string | null)[] = [];
      for await (const { label } of classifier.classify(given)) labels.push(label);
      expect(labels).toEqual(given.map((_, index) => patternNames[(index * 7) % 3]));
    });

    it('onnxruntime alone, with a resize by sharp, gives the probabilities that predict gives', async () => {
      const photo = await sharp(await drawPhoto('circles', 6))
        .resize(480, 360)
        .png()
        .toBuffer();
      await using classifier = await loadClassifier(model);
      const { top } = await classifier.classifyOne(photo);
      const data = await sharp(photo)
        .resize(299, 299, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
        .raw()
        .toBuffer();
      const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;
      const session = await ort.InferenceSession.create(join(model, 'model.onnx'));
      const image = new ort.Tensor('uint8', Uint8Array.from(data), [1, 299, 299, 3]);
      const { probabilities } = await session.run({ image });
      const values = [...(probabilities?.data as Float32Array)];
      await session.release();
      for (const { label, probability } of top) {
        expect(values[classifier.labels.indexOf(label)]).toBeCloseTo(probability, 5);
      }
    });
  });

  describe('evaluate', () => {
    it('measures the model on labelled photos and leaves out classes that it does not know', async () => {
      const folder = join(root, 'labelled');
      for (const [name, pattern] of [
        ['checks', 'checks'],
        ['lines', 'lines'],
        ['stars', 'circles'],
      ] as const) {
        await put(join(folder, name, '1.jpg'), await drawPhoto(pattern, 15));
        await put(join(folder, name, '2.jpg'), await drawPhoto(pattern, 16));
      }
      const outcome = await regraft('evaluate', 'shapes-model', 'labelled', '--json');
      expect(outcome.code).toBe(0);
      const result = jsonOf<ModelEvaluation>(outcome);
      expect(result).toMatchObject({ count: 4, accuracy: 1, labels: patternNames, mistakes: [] });
      expect(result.skipped.map(({ path, code }) => [path, code])).toEqual([
        ['stars/1.jpg', 'CLASS_UNKNOWN'],
        ['stars/2.jpg', 'CLASS_UNKNOWN'],
      ]);
      expect(result.skipped[0]?.reason).toContain('stars');
    });

    it('on the test photos of the training gives the accuracy and log loss of the training', async () => {
      const rows = await testRows();
      const folder = join(root, 'test-photos');
      for (const { path } of rows) {
        await mkdir(join(folder, path, '..'), { recursive: true });
        await copyFile(join(photos, path), join(folder, path));
      }
      const result = jsonOf<ModelEvaluation>(await regraft('evaluate', 'shapes-model', folder, '--json'));
      expect(result.accuracy).toBe(run.metrics.test.accuracy);
      expect(result.logLoss).toBeCloseTo(run.metrics.test.logLoss, 5);
      expect(result.confusion).toEqual(run.metrics.test.confusion);
    });

    it('tells how many of the photos the model was trained on', async () => {
      const notices: string[] = [];
      const onProgress: OnProgress = (event) => {
        if (event.type === 'notice' && event.text.includes('trained on')) notices.push(event.text);
      };
      const { trainedOn, count } = await evaluateModel(model, photos, { home, onProgress });
      const { split } = run;
      expect(trainedOn).toBe(split.training + split.validation);
      expect(count).toBe(trainedOn + split.test);
      expect(notices).toEqual([expect.stringContaining(`trained on ${trainedOn} of these ${count} photos`)]);
    });

    it('is content with one class', async () => {
      await put(join(root, 'single', 'lines', '1.jpg'), await drawPhoto('lines', 17));
      const result = await regraft('evaluate', 'shapes-model', 'single', '--json');
      expect(result.code).toBe(0);
      expect(jsonOf<ModelEvaluation>(result)).toMatchObject({ count: 1, accuracy: 1 });
      expect(await regraft('features', 'single', '-o', 'single.arrow')).toMatchObject({ code: 0 });
    });

    it('prints the figures for people', async () => {
      const { code, stdout } = await regraft('evaluate', 'shapes-model', 'shapes');
      expect(code).toBe(0);
      expect(stdout).toMatch(/accuracy/i);
      expect(stdout).toContain('checks');
    });

    it('looks for the model before it scans the photos', async () => {
      const outcome = await regraft('evaluate', 'no-model', 'no-photos', '--json');
      expect(jsonOf<PrintedFailure>(outcome).error.code).toBe('MODEL_NOT_FOUND');
    });

    it('says so when the model knows none of the classes', async () => {
      const folder = join(root, 'unknown');
      await put(join(folder, 'cats', '1.jpg'), await drawPhoto('lines', 3));
      await put(join(folder, 'dogs', '1.jpg'), await drawPhoto('lines', 9));
      const outcome = await regraft('evaluate', 'shapes-model', 'unknown', '--json');
      expect(outcome.code).toBe(1);
      expect(jsonOf<PrintedFailure>(outcome).error).toMatchObject({ code: 'NO_CLASSES' });
      expect(jsonOf<PrintedFailure>(outcome).error.hint).toContain('checks, circles, lines');
    });
  });

  it('inspect shows labels, network, hash and accuracy', async () => {
    const outcome = await regraft('inspect', 'shapes-model', '--json');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(jsonOf(outcome)).toMatchObject({
      sha256: run.model.sha256,
      labels: patternNames,
      backbone: { id: 'inception-v3', taps: ['Mixed_7a', 'Mixed_7b', 'bottleneck'] },
      test: { accuracy: run.metrics.test.accuracy, count: run.metrics.test.count },
    });
    const lines = await regraft('inspect', 'shapes-model');
    expect(lines.code).toBe(0);
    expect(lines.stdout).toContain('checks, circles, lines');
    expect(lines.stdout).toContain(run.model.sha256);
  });

  describe('features', () => {
    it('writes an Arrow file without computing anything again', async () => {
      const outcome = await regraft('features', 'shapes', '-o', 'out/shapes.arrow', '--json');
      expect(outcome.code).toBe(0);
      expect(jsonOf(outcome)).toMatchObject({ rows: 30, computed: 0, cached: 30, skipped: [] });
      const bytes = await readFile(join(root, 'out', 'shapes.arrow'));
      expect(bytes.subarray(0, 6).toString()).toBe('ARROW1');
      expect(bytes.subarray(-6).toString()).toBe('ARROW1');
    });

    it('writes text files on which --bottlenecks trains the same head, which cannot classify photos', async () => {
      const written = await regraft('features', 'shapes', '-o', 'texts', '--format', 'retrain-txt');
      expect(written).toMatchObject({ code: 0 });
      const text = await readFile(join(root, 'texts', 'checks', 'checks-1.jpg.txt'), 'utf8');
      expect(text.split(',')).toHaveLength(2048);

      const trained = await regraft('train', '--bottlenecks', 'texts', '--out', 'head-model', '--json');
      expect(trained.code).toBe(0);
      const record = jsonOf<RunRecord>(trained);
      expect(record.backbone).toEqual({
        id: 'bottlenecks',
        sha256: null,
        preprocess: null,
        form: null,
        taps: ['bottleneck'],
        featureSize: 2048,
      });
      expect(record.metrics.test.accuracy).toBe(1);

      const predicted = await regraft('predict', 'head-model', 'shapes/lines/lines-1.jpg', '--json');
      expect(predicted.code).toBe(1);
      expect(jsonOf<PrintedFailure>(predicted).error.code).toBe('NOT_A_CLASSIFIER');
      expect(showsStack(predicted.stderr)).toBe(false);

      const inspected = await regraft('inspect', 'head-model', '--json');
      expect(jsonOf(inspected)).toMatchObject({ preprocess: null, labels: patternNames });
    });
  });

  it('cache shows what is stored; clear removes the features and keeps the network', async () => {
    const copy = await makeHome(join(root, 'cleared'), weights, { features: home });
    await writeFile(join(copy, 'features', 'left.arrow.broken'), 'x');
    const cache = (...args: string[]): Promise<Outcome> =>
      runRegraft(['cache', ...args, '--json'], { home: copy });
    const shown = jsonOf<{ parts: { name: string; files: number }[] }>(await cache());
    expect(shown.parts.map(({ name }) => name)).toEqual([
      'features',
      'activations',
      'backbones',
      'hashes',
      'demo',
    ]);
    expect(jsonOf(await cache('prune'))).toMatchObject({ files: 1, bytes: 1 });
    const cleared = jsonOf<{ files: number; bytes: number }>(await cache('clear'));
    expect(cleared.files).toBeGreaterThan(0);
    const after = jsonOf<{ parts: { name: string; files: number }[] }>(await cache());
    expect(after.parts.find(({ name }) => name === 'features')).toMatchObject({ files: 0 });
    const again = await train(photos, { home: copy, out: join(root, 'after-clear') });
    expect(again.run.features.computed).toBe(30);
    expect(again.run.model.sha256).toBe(run.model.sha256);
  });
});
