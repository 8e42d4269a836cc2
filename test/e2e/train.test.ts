import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OnProgress, runRecordSchema, type RunRecord, train } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, drawPhoto, patternNames, put } from '../support/photos.ts';
import { jsonOf, runRegraft, showsStack } from '../support/regraft.ts';

const weights = await findWeights();
const photosPerClass = 14;
const files = ['model.onnx', 'predictions.csv', 'report.html', 'run.json', 'split.csv'];

describe.skipIf(weights.missing !== undefined)('training on a folder of photos', () => {
  let root: string;
  let home: string;
  let photos: string;
  let out: string;
  let first: RunRecord;

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    photos = join(root, 'shapes');
    out = join(root, 'model');
    await drawDataset(photos, photosPerClass);
    first = (await train(photos, { out, home })).run;
  });

  afterAll(() => removeFolder(root));

  it('makes a folder with the model, its record, the split, the predictions and the report, and nothing else', async () => {
    expect((await readdir(out)).sort()).toEqual(files);
    const run = runRecordSchema.parse(JSON.parse(await readFile(join(out, 'run.json'), 'utf8')));
    expect(run).toEqual(first);
    expect(run.model.sha256).toBe(sha256(await readFile(join(out, 'model.onnx'))));
    expect(run.model.path).toBe(join(out, 'model.onnx'));
  });

  it('run.json says how many photos went where, what was computed, and what was reached', () => {
    expect(first).toMatchObject({
      schemaVersion: 1,
      dataset: { name: 'shapes', classes: patternNames, counts: { checks: 14, circles: 14, lines: 14 } },
      skipped: [],
      backbone: {
        id: 'inception-v3',
        taps: ['Mixed_7a', 'Mixed_7b', 'bottleneck'],
        featureSize: 5376,
        form: 'uint8',
      },
      options: { views: 10, testViews: 1 },
      features: { computed: 3 * photosPerClass, cached: 0 },
      head: { type: 'ridge' },
    });
    const { training, validation, test } = first.split;
    expect(training + validation + test).toBe(3 * photosPerClass);
    expect(Math.min(validation, test)).toBeGreaterThanOrEqual(3);
    expect(first.metrics.test.count).toBe(test);
    // Patterns this different are told apart without a mistake.
    expect(first.metrics.test.accuracy).toBe(1);
    expect(first.metrics.validation.accuracy).toBe(1);
    const [low, high] = first.metrics.test.interval95;
    expect(low).toBeLessThan(1);
    expect(high).toBe(1);
    const { scanMs, featuresMs, headMs, evaluateMs, totalMs } = first.timings;
    expect(scanMs + featuresMs + headMs + evaluateMs).toBeLessThanOrEqual(totalMs + 4);
  });

  it('a second run computes nothing and writes the same model, byte for byte', async () => {
    const again = join(root, 'again');
    const { run } = await train(photos, { out: again, home });
    expect(run.features).toEqual({ computed: 0, cached: 3 * photosPerClass });
    const [one, two] = await Promise.all([out, again].map((folder) => readFile(join(folder, 'model.onnx'))));
    expect(two?.equals(one!)).toBe(true);
    for (const name of ['split.csv', 'predictions.csv']) {
      expect(await readFile(join(again, name), 'utf8')).toBe(await readFile(join(out, name), 'utf8'));
    }
  });

  it('a run without any store computes the same model, byte for byte', async () => {
    const fresh = await makeHome(join(root, 'fresh-home'), weights);
    const { run } = await train(photos, { out: join(root, 'fresh'), home: fresh, workers: 1 });
    expect(run.features.computed).toBe(3 * photosPerClass);
    expect(run.model.sha256).toBe(first.model.sha256);
  });

  it('another seed draws another split', async () => {
    const { run } = await train(photos, { out: join(root, 'seed'), home, seed: 7 });
    expect(run.split.seed).toBe(7);
    const read = (folder: string): Promise<string> => readFile(join(root, folder, 'split.csv'), 'utf8');
    expect(await read('seed')).not.toBe(await read('model'));
  });

  it('a photo whose pixels change is the only one that is computed again', async () => {
    const copy = join(root, 'changed');
    await cp(photos, copy, { recursive: true });
    const path = join(copy, 'circles', 'circles-3.jpg');
    await put(
      path,
      await sharp(await readFile(path))
        .negate()
        .jpeg()
        .toBuffer(),
    );
    const { run } = await train(copy, { out: join(root, 'changed-model'), home });
    expect(run.features).toEqual({ computed: 1, cached: 3 * photosPerClass - 1 });
  });

  it('a folder that is moved and renamed computes nothing and has the same split and model', async () => {
    const copy = join(root, 'elsewhere', 'other name');
    await cp(photos, join(root, 'elsewhere', 'shapes'), { recursive: true });
    await rename(join(root, 'elsewhere', 'shapes'), copy);
    const { run } = await train(copy, { out: join(root, 'moved-model'), home });
    expect(run.dataset.name).toBe('other name');
    expect(run.features.computed).toBe(0);
    expect(run.model.sha256).toBe(first.model.sha256);
    expect(await readFile(join(root, 'moved-model', 'split.csv'), 'utf8')).toBe(
      await readFile(join(out, 'split.csv'), 'utf8'),
    );
  });

  it('with --split, photos keep their part when others are added', async () => {
    const copy = join(root, 'more');
    await cp(photos, copy, { recursive: true });
    await put(join(copy, 'lines', 'new.jpg'), await drawPhoto('lines', 40));
    const { run } = await train(copy, { out: join(root, 'more-model'), home, split: join(out, 'split.csv') });
    expect(run.split.source).toBe('file');
    const rows = (await readFile(join(root, 'more-model', 'split.csv'), 'utf8')).trim().split('\n');
    const old = (await readFile(join(out, 'split.csv'), 'utf8')).trim().split('\n');
    expect(rows.filter((row) => !row.startsWith('lines/new.jpg,'))).toEqual(old);
  });

  it('reads the photos of a CSV with labels in any script', async () => {
    const names = { checks: 'クロス', circles: 'cercle é', lines: 'lines, "many"' };
    const rows = patternNames.flatMap((pattern) =>
      Array.from({ length: 6 }, (_, index) => {
        const label = names[pattern].replaceAll('"', '""');
        return `shapes/${pattern}/${pattern}-${index + 1}.jpg,"${label}"`;
      }),
    );
    await put(join(root, 'list.csv'), `path,label\n${rows.join('\n')}\n`);
    const { run } = await train(join(root, 'list.csv'), { out: join(root, 'csv-model'), home });
    expect(run.dataset.name).toBe('list');
    expect([...run.dataset.classes].sort()).toEqual(Object.values(names).sort());
    expect(run.features.computed).toBe(0);
    expect(run.metrics.test.accuracy).toBe(1);
  });

  it('takes the parts of train/ val/ test/ folders', async () => {
    const parts = join(root, 'parts');
    for (const pattern of patternNames) {
      for (let number = 1; number <= 8; number++) {
        const part = number <= 5 ? 'train' : number === 6 ? 'val' : 'test';
        await put(join(parts, part, pattern, `${number}.jpg`), await drawPhoto(pattern, number));
      }
    }
    const { run } = await train(parts, { out: join(root, 'parts-model'), home });
    expect(run.split).toMatchObject({ training: 15, validation: 3, test: 6, source: 'dataset' });
    expect(run.metrics.test.accuracy).toBe(1);
  });

  it('joins the taps that are asked for', async () => {
    const taps = ['Mixed_6e', 'bottleneck'];
    const { run } = await train(photos, { out: join(root, 'taps-model'), home, taps });
    expect(run.backbone).toMatchObject({ taps, featureSize: 768 + 2048 });
    expect(run.features.computed).toBe(0);
    expect(run.metrics.test.accuracy).toBe(1);
  });

  it('the retrain head prints the lines of the classic and keeps its curve', async () => {
    const args = ['train', photos, '--head', 'retrain', '--steps', '120', '--eval-step-interval', '50'];
    const { code, stdout, stderr } = await runRegraft([...args, '--out', join(root, 'retrain')], { home });
    expect(code).toBe(0);
    for (const step of [0, 50, 100, 119]) {
      expect(stderr).toMatch(
        new RegExp(`^Step ${step}: Validation accuracy on random sampled 100 examples = \\d+\\.\\d%$`, 'm'),
      );
    }
    expect(stdout).toMatch(/^Final test accuracy = 100\.0%/m);
    const run = JSON.parse(await readFile(join(root, 'retrain', 'run.json'), 'utf8')) as RunRecord;
    expect(run.head.type).toBe('retrain');
    expect(run.head.curve?.map(({ step }) => step)).toEqual([0, 50, 100, 119]);
    expect(run.metrics.test.accuracy).toBe(1);
  });

  it('--json prints run.json and nothing else on stdout', async () => {
    const folder = join(root, 'json-model');
    const outcome = await runRegraft(['train', photos, '--json', '--out', folder], { home });
    expect(outcome.code).toBe(0);
    expect(jsonOf(outcome)).toEqual(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
    expect(outcome.stderr).toContain('42 photos in 3 classes');
    expect(outcome.stderr).not.toContain('\u001b');
    expect(showsStack(outcome.stderr)).toBe(false);
  });

  it('says when it replaces a model of other classes, and not when it trains one again', async () => {
    const target = join(root, 'shared-model');
    const others = join(root, 'others');
    await drawDataset(others, 4);
    await rename(join(others, 'lines'), join(others, 'stripes'));
    const notices: string[] = [];
    const onProgress: OnProgress = (event) => {
      if (event.type === 'notice' && event.stage === 'save') notices.push(event.text);
    };
    for (const source of [photos, photos, others]) await train(source, { out: target, home, onProgress });
    expect(notices).toEqual([
      `This replaces a model of other classes (checks, circles, lines) in ${target}.`,
    ]);
  });

  it.skipIf(process.platform !== 'linux')(
    'an output that cannot be written is told before anything is read',
    async () => {
      const stages: string[] = [];
      const onProgress: OnProgress = ({ stage }) => void stages.push(stage);
      // Not even root may make a folder there.
      await expect(train(photos, { out: '/proc/a/model', home, onProgress })).rejects.toMatchObject({
        code: 'NOT_WRITABLE',
      });
      expect(stages).toEqual([]);
    },
  );

  it('an older model and the other files of its folder survive a run that fails', async () => {
    const folder = join(root, 'kept');
    await cp(out, folder, { recursive: true });
    await put(join(folder, 'notes.txt'), 'mine');
    await expect(train(join(root, 'nothing'), { out: folder, home })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
    expect((await readdir(folder)).sort()).toEqual([...files, 'notes.txt'].sort());
    expect(sha256(await readFile(join(folder, 'model.onnx')))).toBe(first.model.sha256);
    await rm(folder, { recursive: true });
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
