import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateModel,
  exportFeatures,
  loadClassifier,
  type ProgressEvent,
  RegraftError,
  train,
  type TrainOptions,
} from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, drawPhoto } from '../support/photos.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('as a library', () => {
  let root: string;
  let home: string;
  let photos: string;
  let out: string;
  const events: ProgressEvent[] = [];

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    photos = join(root, 'shapes');
    out = join(root, 'model');
    await drawDataset(photos, 8);
    await train(photos, { out, home, onProgress: (event) => events.push(event) });
  });

  afterAll(() => removeFolder(root));

  it('tells its progress stage by stage: each starts, counts and is done, in the order of the work', () => {
    const marks = events.filter(({ type }) => type === 'start' || type === 'done');
    expect(marks.map(({ type, stage }) => `${type} ${stage}`)).toEqual(
      ['scan', 'split', 'backbone', 'features', 'head', 'evaluate', 'save'].flatMap((stage) => [
        `start ${stage}`,
        `done ${stage}`,
      ]),
    );
    const counted = events.flatMap((event) =>
      event.type === 'progress' && event.stage === 'features' ? [event] : [],
    );
    expect(counted.at(-1)).toMatchObject({ done: 24, total: 24, unit: 'photos', etaMs: 0 });
    expect(counted.map(({ done }) => done)).toEqual(counted.map(({ done }) => done).sort((a, b) => a - b));
    for (const { rate } of counted) expect(rate).toBeGreaterThan(0);
  });

  it('an AbortSignal cancels the extraction; what was computed is kept and the old model stays whole', async () => {
    const before = await readFile(join(out, 'model.onnx'));
    const fresh = await makeHome(join(root, 'cancelled-home'), weights);
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'progress' && event.stage === 'features') controller.abort();
    };
    await expect(
      train(photos, { out, home: fresh, onProgress, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readFile(join(out, 'model.onnx'))).equals(before)).toBe(true);
    const { run } = await train(photos, { out: join(root, 'resumed'), home: fresh });
    expect(run.features.cached).toBeGreaterThan(0);
    expect(run.features.cached + run.features.computed).toBe(24);
  });

  it.each(['scan', 'backbone', 'features', 'head', 'evaluate', 'save'])(
    'an AbortSignal that comes at the stage %s cancels, and the old model stays whole',
    async (stage) => {
      const before = await readFile(join(out, 'model.onnx'));
      const controller = new AbortController();
      const onProgress = (event: ProgressEvent): void => {
        if (event.type === 'start' && event.stage === stage) controller.abort();
      };
      await expect(
        train(photos, { out, home, seed: 5, onProgress, signal: controller.signal }),
      ).rejects.toMatchObject({ code: 'CANCELLED' });
      expect((await readFile(join(out, 'model.onnx'))).equals(before)).toBe(true);
    },
  );

  it('a signal that is aborted already does no work', async () => {
    const signal = AbortSignal.abort();
    await expect(train(photos, { out, home, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(
      exportFeatures(photos, { output: join(root, 'f.arrow'), home, signal }),
    ).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await expect(evaluateModel(out, photos, { home, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(loadClassifier(out, { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('the classifier can be left before all photos are done', async () => {
    await using classifier = await loadClassifier(out, { workers: 1 });
    const photo = await drawPhoto('lines', 3);
    for await (const { label } of classifier.classify([photo, photo, photo, photo, photo, photo])) {
      expect(label).toBe('lines');
      break;
    }
    expect((await classifier.classifyOne(photo, { top: 2 })).top).toHaveLength(2);
  });

  it.each<[string, object, RegExp]>([
    ['an unknown option', { epochs: 3 }, /epochs/],
    ['a percentage out of range', { testPercent: 0 }, /testPercent/],
    ['percentages that leave nothing to train on', { testPercent: 50, validationPercent: 50 }, /10 %/],
    ['a head that there is not', { head: 'forest' }, /head/],
    ['a seed that is no integer', { seed: 0.5 }, /seed/],
    ['a tap that the network lacks', { taps: ['Mixed_9z'] }, /tap .*Mixed_9z/],
    ['a network that there is not', { backbone: 'resnet' }, /resnet/],
    ['an option of another head', { headOptions: { steps: 5 } }, /steps/],
  ])('refuses %s with a RegraftError that names it', async (_, options, message) => {
    const failure = await train(photos, { out, home, ...(options as TrainOptions) }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RegraftError);
    expect((failure as RegraftError).message).toMatch(message);
  });

  it('refuses to write the model among the photos', async () => {
    await expect(train(photos, { home, out: join(photos, 'model') })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('strict makes the first photo that cannot be read an error', async () => {
    const bad = join(photos, 'lines', 'half.jpg');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(bad, (await drawPhoto('lines', 20)).subarray(0, 900));
    try {
      await expect(train(photos, { home, out, strict: true })).rejects.toMatchObject({
        code: 'PHOTO_CORRUPT',
        message: expect.stringContaining('lines/half.jpg') as string,
      });
    } finally {
      await rm(bad);
    }
  });
});
