import { rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { drawPhoto } from '../../test/support/photos.ts';
import { makeRunRecord } from '../cli/testing/run-record.ts';
import { serveModel, type ServedModel } from './served-model.ts';
import { smallModel, temporaryFolder, writeModel } from './testing/small-model.ts';

const photo = await drawPhoto('circles', 1);
const labels = ['a', 'b', 'c'];

async function openSigns(): Promise<{ folder: string; model: ServedModel }> {
  const folder = await writeModel(join(await temporaryFolder(), 'signs'), smallModel(labels));
  const model = serveModel(folder, 1);
  onTestFinished(() => model[Symbol.asyncDispose]());
  await model.load();
  return { folder, model };
}

const probabilityOf = (model: ServedModel): Promise<number | null> =>
  model.use(async ({ classifier }) => (await classifier.classifyOne(photo)).probability);

/** Looks twice, as a change is taken once it rests. */
async function lookTwice(model: ServedModel): Promise<string[]> {
  return [await model.follow(), await model.follow()];
}

it('loads another file in its place once it rests, and not again while it stays', async () => {
  const { folder, model } = await openSigns();
  const before = await probabilityOf(model);
  expect(await lookTwice(model)).toEqual(['same', 'same']);
  await writeModel(folder, smallModel(labels, 0.2));
  expect(await lookTwice(model)).toEqual(['same', 'loaded']);
  expect(await lookTwice(model)).toEqual(['same', 'same']);
  expect(await probabilityOf(model)).not.toBe(before);
});

it('takes a file of other classes', async () => {
  const { folder, model } = await openSigns();
  await writeModel(folder, smallModel(['x', 'y']));
  await lookTwice(model);
  expect(model.current?.description.labels).toEqual(['x', 'y']);
});

it('finishes what is under way on the old file, and disposes of it then', async () => {
  const { folder, model } = await openSigns();
  const old = model.current?.classifier;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const before = await probabilityOf(model);
  const working = model.use(async ({ classifier }) => {
    await held;
    return (await classifier.classifyOne(photo)).probability;
  });
  await writeModel(folder, smallModel(labels, 0.2));
  await lookTwice(model);
  expect(await probabilityOf(model)).not.toBe(before);
  release();
  expect(await working).toBe(before);
  await expect(old?.classifyOne(photo)).rejects.toMatchObject({ code: 'CLASSIFIER_CLOSED' });
});

it.each([
  ['junk', (folder: string) => writeFile(join(folder, 'model.onnx'), 'junk'), 'MODEL_INVALID'],
  [
    'half a model',
    (folder: string) => writeFile(join(folder, 'model.onnx'), smallModel(labels, 3).subarray(0, 900)),
    'MODEL_INVALID',
  ],
  ['nothing', (folder: string) => unlink(join(folder, 'model.onnx')), 'MODEL_NOT_FOUND'],
  ['no folder at all', (folder: string) => rm(folder, { recursive: true }), 'MODEL_NOT_FOUND'],
])(
  'keeps the old one when %s takes its place, says why, and takes the next good one',
  async (_, harm, code) => {
    const { folder, model } = await openSigns();
    const before = await probabilityOf(model);
    await harm(folder);
    expect(await lookTwice(model)).toEqual(['same', 'failed']);
    expect(await lookTwice(model)).toEqual(['same', 'same']);
    expect(model.lastError).toMatchObject({ code });
    expect(await probabilityOf(model)).toBe(before);
    await writeModel(folder, smallModel(labels, 0.2));
    expect(await lookTwice(model)).toEqual(['same', 'loaded']);
    expect(model.lastError).toBe(null);
  },
);

it('refuses a model that gives no probabilities when it is tried', async () => {
  const folder = await writeModel(join(await temporaryFolder(), 'broken'), smallModel(labels, NaN));
  const model = serveModel(folder, 1);
  await expect(model.load()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  expect(() => model.checkReady()).toThrow(expect.objectContaining({ code: 'SERVER_NOT_READY' }));
});

it('tells the accuracy of its training where run.json is that of the file', async () => {
  const { folder, model } = await openSigns();
  expect(model.current?.description.accuracy).toBe(null);
  const record = makeRunRecord();
  const { sha256 } = model.current?.description ?? {};
  for (const of of ['f'.repeat(64), sha256 ?? '']) {
    await writeFile(
      join(folder, 'run.json'),
      JSON.stringify({ ...record, model: { ...record.model, sha256: of } }),
    );
    await lookTwice(model);
    const { accuracy, count } = record.metrics.test;
    if (of === sha256) {
      expect(model.current?.description.accuracy).toMatchObject({ value: accuracy, photos: count });
    } else expect(model.current?.description.accuracy).toBe(null);
  }
});
