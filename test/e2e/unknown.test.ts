import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateModel,
  loadClassifier,
  type ModelEvaluation,
  type Prediction,
  type ProgressEvent,
  type RunRecord,
  runRecordSchema,
  train,
} from '../../src/index.ts';
import { createRandom } from '../../src/head/random.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft } from '../support/regraft.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('photos of none of the classes', () => {
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
    await drawDataset(photos, 15);
    ({ run } = await train(photos, { out: model, home, falseRejectionPercent: 10 }));
    for (const number of [1, 2, 3, 4, 5, 6]) {
      await put(join(root, 'noise', `${number}.png`), await drawNoise(number));
    }
  });

  afterAll(() => removeFolder(root));

  it('are measured when a model is trained: on the test photos, and by leaving each class out', () => {
    runRecordSchema.parse(run);
    const { unknown, split } = run;
    expect(unknown).toMatchObject({ falseRejection: 0.1, photos: split.training + split.validation });
    expect(unknown?.test.count).toBe(split.test);
    expect(unknown?.leftOut?.classes.map(({ label, photos }) => [label, photos])).toEqual([
      ['checks', 15],
      ['circles', 15],
      ['lines', 15],
    ]);
    // Such patterns are as different as photos can be.
    expect(unknown?.leftOut?.auroc).toBeGreaterThan(0.9);
    expect(unknown?.histogram.known.reduce((sum, count) => sum + count, 0)).toBe(split.test);
    expect(unknown?.histogram.leftOut?.reduce((sum, count) => sum + count, 0)).toBe(45);
  });

  it('are told by the model file as the training counted', async () => {
    const [, ...rows] = (await readFile(join(model, 'predictions.csv'), 'utf8')).trim().split('\n');
    const folder = join(root, 'test-photos');
    for (const row of rows) {
      const [path = ''] = row.split(',');
      await mkdir(join(folder, path, '..'), { recursive: true });
      await copyFile(join(photos, path), join(folder, path));
    }
    const { unknown } = await evaluateModel(model, folder, { home, unknown: join(root, 'noise') });
    expect(unknown).toMatchObject({ ...run.unknown?.test });
    expect(unknown?.others).toMatchObject({ count: 6, rejected: 6, auroc: 1 });
  });

  it('are named in every kind of output', async () => {
    const json = jsonOf<Prediction[]>(await regraft('predict', 'shapes-model', 'noise', '--json'));
    for (const { unknown } of json) {
      expect(unknown?.isUnknown).toBe(true);
      expect(unknown?.score).toBeGreaterThan(run.unknown?.threshold ?? NaN);
    }
    const lines = await regraft('predict', 'shapes-model', 'noise');
    expect(lines.stdout).toMatch(/^noise\/1\.png {2}→ {2}unknown {2}\(nearest: \w+ +[\d.]+ %\)$/m);
    const csv = await regraft('predict', 'shapes-model', 'noise/2.png', '--csv');
    expect(csv.stdout.trim()).toMatch(/\n.*,true,[\d.]+$/);
    const evaluated = await regraft('evaluate', 'shapes-model', 'shapes', '--unknown', 'noise');
    expect(evaluated.stdout).toMatch(/^Called unknown, wrongly: \d+ of 45 photos\. /m);
    expect(evaluated.stdout).toContain('rightly: 6 of 6 photos of none of the classes (AUROC 1.000)');
    const inspected = await regraft('inspect', 'shapes-model');
    expect(inspected.stdout).toMatch(/unknown +scores above \d\.\d{3}, set for 10\.0 % of known photos/);
    expect(jsonOf(await regraft('inspect', 'shapes-model', '--json'))).toMatchObject({
      unknown: { threshold: run.unknown?.threshold, falseRejection: 0.1 },
    });
  });

  it('are not told where that was not asked for, and evaluate --unknown says so', async () => {
    const outcome = await regraft('train', 'shapes', '--no-unknown', '--out', 'plain-model', '--json');
    expect(jsonOf<RunRecord>(outcome)).toMatchObject({ unknown: null, options: { unknown: false } });
    await using classifier = await loadClassifier(join(root, 'plain-model'));
    expect(classifier.info.unknown).toBeNull();
    expect(await classifier.classifyOne(join(root, 'noise', '1.png'))).not.toHaveProperty('unknown');
    const evaluated = await regraft('evaluate', 'plain-model', 'shapes', '--json');
    expect(jsonOf<ModelEvaluation>(evaluated).unknown).toBeNull();
    const refused = await regraft('evaluate', 'plain-model', 'shapes', '--unknown', 'noise', '--json');
    expect(jsonOf<PrintedFailure>(refused).error).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('has no score for that') as string,
    });
  });

  it('are not told with too few photos for the rate, which is noticed', async () => {
    const events: ProgressEvent[] = [];
    const { run } = await train(photos, {
      out: join(root, 'rare-model'),
      home,
      falseRejectionPercent: 1,
      onProgress: (event) => events.push(event),
    });
    expect(run.unknown).toBeNull();
    const notices = events.flatMap((event) => (event.type === 'notice' ? event.text : []));
    expect(notices).toEqual([expect.stringContaining('a false rejection of 1 % takes 99 photos')]);
    expect(run.notices).toEqual(notices);
  });

  it('are measured by leaving classes out only where that is wanted', async () => {
    const outcome = await regraft('train', 'shapes', '--no-measure-unknown', '--json');
    const { unknown, options } = jsonOf<RunRecord>(outcome);
    expect(unknown?.leftOut).toBeNull();
    expect(unknown?.histogram.leftOut).toBeNull();
    expect(options.measureUnknown).toBe(false);
  });

  it('folders without photos cannot be measured on', async () => {
    await mkdir(join(root, 'empty'), { recursive: true });
    const outcome = await regraft('evaluate', 'shapes-model', 'shapes', '--unknown', 'empty', '--json');
    expect(jsonOf<PrintedFailure>(outcome).error).toMatchObject({ code: 'NO_PHOTO_READ' });
  });
});

function drawNoise(number: number): Promise<Buffer> {
  const random = createRandom(`noise ${number}`);
  const pixels = Uint8Array.from({ length: 200 * 160 * 3 }, () => random.below(256));
  return sharp(pixels, { raw: { width: 200, height: 160, channels: 3 } })
    .png()
    .toBuffer();
}
