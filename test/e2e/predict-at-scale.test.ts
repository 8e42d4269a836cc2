import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../src/features/testing/temporary-folder.ts';
import { floatBackbone } from '../../src/finetune/testing/float-backbone.ts';
import type { PredictedPhoto } from '../../src/cli/predict-folders.ts';
import { buildClassifier } from '../../src/model/build-classifier.ts';
import { sealModel } from '../../src/model/seal.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { formulaHead, tinyBackbone } from '../fixtures/tiny-backbone.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawPhoto, patternNames, put } from '../support/photos.ts';
import {
  jsonOf,
  type Outcome,
  type PrintedFailure,
  type RunOptions,
  runRegraft,
  showsStack,
  startRegraft,
} from '../support/regraft.ts';

const labels = ['boat', 'house', 'sea'];
let root: string;
const regraft = (args: readonly string[], options: Partial<RunOptions> = {}): Promise<Outcome> =>
  runRegraft(args, { home: join(root, 'home'), cwd: root, ...options });

beforeAll(async () => {
  root = await temporaryFolder();
  const model = buildClassifier(floatBackbone(), ['8x8', '4x4'], formulaHead(11, labels));
  await put(join(root, 'model', 'model.onnx'), sealModel(encodeModel(model)));
  for (const [number, pattern] of patternNames.entries()) {
    await put(join(root, 'photos', pattern, 'photo.jpg'), await drawPhoto(pattern, number + 1));
  }
  await put(join(root, 'photos', 'empty.jpg'), '');
});

afterAll(() => removeFolder(root));

const photos = patternNames.map((pattern) => `photos/${pattern}/photo.jpg`);

describe('what photos are', () => {
  it('patterns, lists and paths on stdin are read in the order given', async () => {
    await put(join(root, 'photos', 'list.csv'), 'path,note\nlines/photo.jpg,last\nbroken\ngone.jpg,\n');
    const args = ['predict', 'model', 'photos/[cl]*/photo.jpg', 'photos/list.csv', '-', 'none/**', '--json'];
    const outcome = await regraft(args, { input: 'photos/circles/photo.jpg\nphotos/empty.jpg\n' });
    expect(outcome.code).toBe(0);
    expect(jsonOf<PredictedPhoto[]>(outcome).map(({ path, error }) => error?.code ?? path)).toEqual([
      ...photos,
      'lines/photo.jpg',
      'INVALID_CSV',
      'PHOTO_NOT_FOUND',
      'photos/circles/photo.jpg',
      'PHOTO_EMPTY',
      'PHOTO_NOT_FOUND',
    ]);
    expect(outcome.stderr).toContain('4 of 9 photos could not be read.');
  });

  it.each([
    [['--json', '--jsonl'], 'Expected one of --json and --jsonl but received both.'],
    [['--jsonl', '--csv'], 'Expected one of --jsonl and --csv but received both.'],
    [['--json', '--jsonl', '--csv'], 'Expected one of --json, --jsonl and --csv but received all.'],
    [
      ['--copy-to', 'photos'],
      "Expected another folder for --copy-to than the one that the photos are in but received 'photos' for both.",
    ],
    [
      ['--explain', './photos/'],
      "Expected another folder for --explain than the one that the photos are in but received 'photos' for both.",
    ],
    [
      ['--copy-to', 'new', '--explain', 'new/'],
      "Expected two folders for --copy-to and --explain but received 'new/' for both.",
    ],
  ])('refuses %j', async (flags, message) => {
    const outcome = await regraft(['predict', 'model', 'photos', ...flags]);
    expect(outcome).toMatchObject({ code: 2, signal: null });
    expect(outcome.stderr).toContain(message);
    expect(showsStack(outcome.stderr)).toBe(false);
  });

  it('a folder that cannot be made is told before any photo is read', async () => {
    const outcome = await regraft([
      'predict',
      'model',
      'photos',
      '--copy-to',
      'photos/empty.jpg/in',
      '--json',
    ]);
    expect(outcome.code).toBe(1);
    expect(jsonOf<PrintedFailure>(outcome).error.code).toBe('NOT_WRITABLE');
  });
});

describe('the output', () => {
  it('of --jsonl are the objects of --json, one a line', async () => {
    const list = await regraft(['predict', 'model', 'photos', '--json']);
    const lines = await regraft(['predict', 'model', 'photos', '--jsonl']);
    expect([list.code, lines.code]).toEqual([0, 0]);
    const objects = jsonOf<unknown[]>(list);
    expect(objects.length).toBeGreaterThan(3);
    expect(lines.stdout).toBe(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
    expect(list.stdout).toBe(`${JSON.stringify(objects, null, 2)}\n`);
  });

  it('of --json is an empty list when there is no photo, with exit code 1', async () => {
    await mkdir(join(root, 'nothing'), { recursive: true });
    const outcome = await regraft(['predict', 'model', 'nothing', '--json']);
    expect(outcome).toMatchObject({ code: 1, stdout: '[]\n' });
    expect(outcome.stderr).toContain('No photo was found in nothing.');
  });

  it('may be left by its reader, which is no failure', async () => {
    await put(join(root, 'many.csv'), `path\n${`${photos[0] ?? ''}\n`.repeat(20_000)}`);
    const { child, ended } = startRegraft(['predict', 'model', 'many.csv', '--jsonl'], {
      home: join(root, 'home'),
      cwd: root,
    });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, signal, stderr } = await ended;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(showsStack(stderr)).toBe(false);
  });
});

describe('--copy-to and --explain', () => {
  it('fill folders inside the photos, say what they did, and change nothing the second time', async () => {
    const folder = join(root, 'inside');
    for (const [number, pattern] of patternNames.entries()) {
      await put(join(folder, pattern, 'photo.jpg'), await drawPhoto(pattern, number + 1));
    }
    await put(join(folder, 'bad.jpg'), 'text');
    const args = [
      'predict',
      'model',
      'inside',
      '--copy-to',
      'inside/sorted',
      '--explain',
      'inside/heat',
      '--json',
    ];
    const first = await regraft(args);
    expect(first.code).toBe(0);
    const predictions = jsonOf<PredictedPhoto[]>(first);
    expect(predictions).toHaveLength(4);
    const made = await filesBelow(folder);
    const read = predictions.filter(({ error }) => error === undefined);
    for (const { path, label, copies = [], explanation = '' } of read) {
      expect(copies).toHaveLength(1);
      expect(copies[0]).toMatch(new RegExp(`^inside/sorted/${label ?? ''}/photo(-\\d)?\\.jpg$`));
      expect(await readFile(join(root, copies[0] ?? ''))).toEqual(await readFile(join(root, path)));
      expect(await sharp(join(root, explanation)).metadata()).toMatchObject({
        format: 'png',
        width: 200,
        height: 160,
      });
    }
    expect(read.map(({ explanation }) => explanation)).toEqual(
      ['photo.png', 'photo-2.png', 'photo-3.png'].map((name) => `inside/heat/${name}`),
    );
    expect(made).toHaveLength(4 + 3 + 3);
    expect(first.stderr).toMatch(/^Copied 3 photos to inside\/sorted: .+ \d.*\.$/m);
    expect(first.stderr).toContain('Wrote 3 heat maps to inside/heat.');

    const second = await regraft(args);
    expect(jsonOf<PredictedPhoto[]>(second)).toEqual(predictions);
    expect(await filesBelow(folder)).toEqual(made);
    expect(second.stderr).toContain('Copied 0 photos to inside/sorted. 3 were there already.');
    expect(second.stderr).toContain('Wrote 0 heat maps to inside/heat. 3 were there already.');
  });

  it('leave photos of others that have the same name as they are', async () => {
    const [photo = ''] = photos;
    const { label } = jsonOf<PredictedPhoto[]>(await regraft(['predict', 'model', photo, '--json']))[0] ?? {};
    const target = join(root, 'others', label ?? '');
    await put(join(target, 'photo.jpg'), 'of another');
    await writeFile(join(root, 'others', 'photo.png'), 'also');
    const outcome = await regraft(['predict', 'model', photo, '--copy-to', 'others']);
    expect(outcome.code).toBe(0);
    expect(await readFile(join(target, 'photo.jpg'), 'utf8')).toBe('of another');
    expect((await readdir(target)).sort()).toEqual(['photo-2.jpg', 'photo.jpg']);
    await regraft(['predict', 'model', photo, '--explain', 'others']);
    expect(await readFile(join(root, 'others', 'photo.png'), 'utf8')).toBe('also');
    expect(await sharp(join(root, 'others', 'photo-2.png')).metadata()).toMatchObject({ format: 'png' });
  });

  it('with a model that cannot be explained end with its reason, before any picture', async () => {
    const draft = tinyBackbone();
    // Features that come as they are, without a picture behind them.
    const model = buildClassifier(draft, ['bottleneck'], formulaHead(16, labels));
    const hidden = {
      ...model,
      metadata: {
        ...model.metadata,
        'regraft.backbone': JSON.stringify({ id: 'x', sha256: null, form: null, taps: ['none'] }),
      },
    };
    await put(join(root, 'hidden', 'model.onnx'), sealModel(encodeModel(hidden)));
    const outcome = await regraft(['predict', 'hidden', 'photos', '--explain', 'never', '--json']);
    expect(outcome.code).toBe(1);
    expect(jsonOf<PrintedFailure>(outcome).error.code).toBe('NOT_EXPLAINABLE');
    expect(await readdir(join(root, 'never'))).toEqual([]);
  });
});

it('memory does not grow with the number of photos', { timeout: 240_000 }, async () => {
  // What is alive after a collection of garbage, at its most.
  const preload = `
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    let most = 0;
    setInterval(() => {
      collect();
      most = Math.max(most, process.memoryUsage().heapUsed);
    }, 200).unref();
    process.on('exit', () => process.stderr.write('alive ' + most + '\\n'));`;
  const aliveOf = async (count: number): Promise<number> => {
    const rows = photos.map((photo) => `${photo}\n`).join('');
    await put(join(root, `${count}.csv`), `path\n${rows.repeat(count / photos.length)}`);
    const outcome = await regraft(['predict', 'model', `${count}.csv`, '--json'], { preload });
    expect(outcome.code).toBe(0);
    expect(jsonOf<unknown[]>(outcome)).toHaveLength(count);
    return Number(/alive (\d+)/.exec(outcome.stderr)?.[1]) / 1e6;
  };
  const [few, many] = [await aliveOf(2700), await aliveOf(10_800)];
  // Both lists are longer than what is read of a CSV at once. Predictions of 8,100 photos that were kept would take 4 MB.
  expect(many - few, `${few} MB of 2,700 photos, ${many} MB of 10,800`).toBeLessThan(3);
});
