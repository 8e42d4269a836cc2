import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadClassifier, type RunRecord, train, type TrainOptions } from '../../src/index.ts';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import { viewsOf } from '../../src/shared/photo-view.ts';
import { pretendFreeSpace } from '../support/free-space.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft } from '../support/regraft.ts';

// Networks of random weights that torch exported: whatever they say of a picture, the model must say what was trained on.
describe('several views of a photo', () => {
  let root: string;
  let home: string;
  let photos: string;
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });
  const networks = ['resnet-classic-17', 'transformer-classic-17'] as const;
  const trainOn = (name: string, out: string, options: TrainOptions): Promise<RunRecord> =>
    train(photos, {
      home,
      out: join(root, out),
      backbone: join(root, name, 'model.onnx'),
      scaling: 'imagenet',
      ...options,
    }).then(({ run }) => run);

  beforeAll(async () => {
    root = await temporaryFolder();
    home = join(root, 'home');
    photos = join(root, 'shapes');
    await drawDataset(photos, 8);
    for (const name of networks) await put(join(root, name, 'model.onnx'), readGoldenFile(`${name}.onnx`));
  });

  afterAll(() => removeFolder(root));

  /** The rows of predictions.csv: the photo, and the probability of each class. */
  const testRows = async (out: string): Promise<{ path: string; probabilities: number[] }[]> => {
    const [, ...rows] = (await readFile(join(root, out, 'predictions.csv'), 'utf8')).trim().split('\n');
    return rows.map((row) => {
      const [path = '', , , , ...probabilities] = row.trim().split(',');
      return { path, probabilities: probabilities.map(Number) };
    });
  };

  it.each(networks.flatMap((name) => ([2, 4, 10] as const).map((views) => [name, views] as const)))(
    'the model of %s with %d views gives what the training evaluated',
    async (name, views) => {
      const out = `${name}-${views}`;
      const run = await trainOn(name, out, { views });
      expect(run.options).toMatchObject({ views, testViews: views, augment: 'none' });
      await using classifier = await loadClassifier(join(root, out), { workers: 1 });
      expect(classifier.info.views).toEqual(viewsOf(views));
      const rows = await testRows(out);
      expect(rows).toHaveLength(run.split.test);
      for (const { path, probabilities } of rows) {
        const { top } = await classifier.classifyOne(join(photos, path), { top: 3 });
        const found = new Map(top.map(({ label, probability }) => [label, probability]));
        run.dataset.classes.forEach((label, index) => {
          expect(Math.abs((found.get(label) ?? NaN) - (probabilities[index] ?? NaN)), path).toBeLessThan(
            1e-4,
          );
        });
      }
    },
  );

  it('are told apart: what is learned from and what is tested on change the model in their own ways', async () => {
    const models = new Map<string, string>();
    for (const [views, testViews] of [
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ] as const) {
      const run = await trainOn('resnet-classic-17', 'apart', { views, testViews });
      expect(run.options).toMatchObject({ views, testViews });
      models.set(run.model.sha256, `${views} ${testViews}`);
      await using classifier = await loadClassifier(join(root, 'apart'), { workers: 1 });
      expect(classifier.info.views ?? ['whole']).toEqual(viewsOf(testViews));
    }
    expect(models.size).toBe(4);
  });

  it('are computed once: another seed, fewer views or other tests compute nothing, more views those that are missing', async () => {
    const cached = async (options: TrainOptions): Promise<RunRecord['features']> =>
      (await trainOn('resnet-classic-17', 'cached', { scaling: 'unit', ...options })).features;
    const [all, none] = [
      { computed: 0, cached: 24 },
      { computed: 24, cached: 0 },
    ];
    expect(await cached({ views: 2 })).toEqual(none);
    expect(await cached({ views: 2, seed: 3 })).toEqual(all);
    expect(await cached({ views: 1 })).toEqual(all);
    expect(await cached({ views: 1, testViews: 2 })).toEqual(all);
    expect(await cached({ views: 2, testViews: 4 })).toEqual(none);
    expect(await cached({ views: 4, seed: 3 })).toEqual(all);
    expect(await cached({ views: 1, augment: 'strong' })).toEqual(none);
    expect(await cached({ views: 1, augment: 'strong', seed: 3 })).toEqual(all);
    const folders = (await readdir(join(home, 'features'))).map((name) =>
      name.replace(/^.{16}-float32-32x32-[0-9a-f]{12}/, ''),
    );
    for (const view of [
      '',
      '-whole-mirrored',
      '-centre-80',
      '-centre-80-mirrored',
      '-strong-1',
      '-strong-4',
    ]) {
      expect(folders).toContain(`${view}-v1`);
    }
  });

  it('are ten to learn from and one to test with where photos are few and nothing else is said', async () => {
    const { options } = await trainOn('resnet-classic-17', 'few', {});
    expect(options).toMatchObject({ views: 10, testViews: 1 });
    expect(options.viewsReason).toContain('photos a class');
  });

  it('with augmented ones to learn from leave the model that of its test views', async () => {
    const plain = await trainOn('resnet-classic-17', 'plain', { views: 1 });
    const augmented = await trainOn('resnet-classic-17', 'augmented', { views: 1, augment: 'colour' });
    expect(augmented.options).toMatchObject({ views: 1, testViews: 1, augment: 'colour' });
    expect(augmented.split).toEqual(plain.split);
    expect(augmented.model.sha256).not.toBe(plain.model.sha256);
    await using classifier = await loadClassifier(join(root, 'augmented'), { workers: 1 });
    expect(classifier.info.views).toBeUndefined();
    // The same inputs give the same pictures, and so the same bytes.
    const again = await trainOn('resnet-classic-17', 'augmented', { views: 1, augment: 'colour' });
    expect(again.model.sha256).toBe(augmented.model.sha256);
  });

  it('that are more than the disk can take end the run before any work', async () => {
    const disk = pretendFreeSpace(10_000);
    onTestFinished(() => disk.restore());
    const training = trainOn('resnet-classic-17', 'full', { scaling: 'inception', views: 10 });
    await expect(training).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
      message: expect.stringContaining('10 views of 24 photos') as string,
    });
    await expect(readdir(join(root, 'full'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are flags of the command, and inspect shows those of a model', async () => {
    const network = ['--backbone', 'resnet-classic-17/model.onnx', '--scaling', 'imagenet'];
    const train = (...flags: string[]): Promise<Outcome> =>
      regraft('train', 'shapes', ...network, '--out', 'by-flags', '--json', ...flags);
    const run = jsonOf<RunRecord>(await train('--views', '2', '--test-views', '4', '--augment', 'colour'));
    expect(run.options).toMatchObject({ views: 2, testViews: 4, augment: 'colour' });
    const model = jsonOf<{ views: string[] }>(await regraft('inspect', 'by-flags', '--json'));
    expect(model.views).toEqual(['whole', 'whole-mirrored', 'centre-80', 'centre-80-mirrored']);
    expect((await regraft('inspect', 'by-flags')).stdout).toMatch(
      /views +the average of 4: whole, whole-mirrored, centre-80, centre-80-mirrored/,
    );
    for (const [flag, value, expected] of [
      ['--views', '3', "Expected auto, 1, 2, 4 or 10 for --views but received '3'."],
      ['--test-views', '2.0', "Expected 1, 2, 4 or 10 for --test-views but received '2.0'."],
      ['--augment', 'colours', "Expected none, colour or strong for --augment but received 'colours'."],
    ] as const) {
      const outcome = await train(flag, value);
      expect(outcome.code).toBe(2);
      expect(jsonOf<PrintedFailure>(outcome).error).toMatchObject({
        code: 'INVALID_OPTION',
        message: expected,
      });
    }
  });
});
