import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../test/fixtures/tiny-backbone.ts';
import { drawPhoto } from '../test/support/photos.ts';
import { evaluateModel, exportFeatures, loadClassifier, type Prediction, train } from './index.ts';
import { buildClassifier } from './model/build-classifier.ts';
import { sealModel } from './model/seal.ts';
import { encodeModel } from './onnx/write.ts';

let folder: string;
let photo: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-arguments-'));
  photo = join(folder, 'photo.jpg');
  await writeFile(photo, await drawPhoto('lines', 1));
  const model = buildClassifier(tinyBackbone(), ['bottleneck'], formulaHead(16, ['a', 'b']));
  await writeFile(join(folder, 'model.onnx'), sealModel(encodeModel(model)));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

// What a program without types, or with a mistake, may pass.
const path = 'x' as const;
const wrong = (value: unknown): never => value as never;
const circular: Record<string, unknown> = {};
circular.self = circular;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('arguments of the wrong kind are refused by name', () => {
  const list = async (photos: unknown, options?: unknown): Promise<Prediction[]> => {
    await using classifier = await loadClassifier(folder, { workers: 1 });
    return await collect(classifier.classify(wrong(photos), wrong(options)));
  };
  const one = async (given: unknown, options?: unknown): Promise<Prediction> => {
    await using classifier = await loadClassifier(folder, { workers: 1 });
    return await classifier.classifyOne(wrong(given), wrong(options));
  };

  it.each<[string, () => Promise<unknown>, string]>([
    ['train()', () => train(wrong(undefined)), 'a path for the folder of photos but received undefined'],
    ['train(5)', () => train(wrong(5)), 'a path for the folder of photos but received 5'],
    ["train('')", () => train(''), 'a path for the folder of photos but received ""'],
    ['train(x, null)', () => train(path, wrong(null)), 'options of train for options but received null'],
    ['train(x, [])', () => train(path, wrong([])), 'options of train for options but received []'],
    ["train(x, 'a')", () => train(path, wrong('a')), 'options of train for options but received "a"'],
    ['train(x, { seed })', () => train(path, { seed: wrong(circular) }), 'seed but received an object'],
    ['train(x, { out })', () => train(path, { out: wrong(new URL('file:///x')) }), 'the class URL'],
    [
      'loadClassifier()',
      () => loadClassifier(wrong(undefined)),
      'a path for the model but received undefined',
    ],
    ['loadClassifier(5)', () => loadClassifier(wrong(5)), 'a path for the model but received 5'],
    ['loadClassifier(null)', () => loadClassifier(wrong(null)), 'a path for the model but received null'],
    ['loadClassifier(x, null)', () => loadClassifier(path, wrong(null)), 'but received null'],
    ['evaluateModel()', () => evaluateModel(wrong(undefined), path), 'a path for the model'],
    ['evaluateModel(x)', () => evaluateModel(path, wrong(undefined)), 'a path for the folder of photos'],
    ['evaluateModel(x, x, null)', () => evaluateModel(path, path, wrong(null)), 'but received null'],
    ['exportFeatures(x)', () => exportFeatures(path, wrong(undefined)), 'output but received undefined'],
    [
      'exportFeatures(5, { output })',
      () => exportFeatures(wrong(5), { output: path }),
      'a path for the folder of photos but received 5',
    ],
    ['classifyOne()', () => one(undefined), 'for a photo but received undefined'],
    ['classifyOne(null)', () => one(null), 'for a photo but received null'],
    ['classifyOne(5)', () => one(5), 'for a photo but received 5'],
    ['classifyOne(URL)', () => one(pathToFileURL(photo)), 'but received an object of the class URL'],
    ['classifyOne([])', () => one([]), 'for a photo but received []'],
    ['classifyOne(x, null)', () => one(photo, null), 'options of classify for options but received null'],
    ['classify()', () => list(undefined), 'a list of photos for photos but received undefined'],
    ['classify(text)', () => list(photo), 'a list of photos for photos but received'],
    ['classify(bytes)', () => list(new Uint8Array(3)), 'a list of photos for photos but received'],
    ['classify([5])', () => list([5]), 'for a photo but received 5'],
    ['classify([], null)', () => list([], null), 'but received null'],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({
      name: 'RegraftError',
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message) as string,
    });
  });
});

it('a photo may be a path, a Buffer, a Uint8Array or an ArrayBuffer, with the same result', async () => {
  await using classifier = await loadClassifier(folder, { workers: 1 });
  const buffer = await readFile(photo);
  const bytes = new Uint8Array(buffer);
  const [first, ...others] = await collect(classifier.classify([photo, buffer, bytes, bytes.buffer]));
  expect(first?.label).toMatch(/^[ab]$/);
  expect(others).toEqual([1, 2, 3].map(() => ({ ...first, path: '' })));
});

it('after it was disposed of, a classifier says so', async () => {
  const classifier = await loadClassifier(folder, { workers: 1 });
  await classifier[Symbol.asyncDispose]();
  const closed = { code: 'CLASSIFIER_CLOSED', message: expect.stringContaining(folder) as string };
  await expect(classifier.classifyOne(photo)).rejects.toMatchObject(closed);
  await expect(collect(classifier.classify([photo]))).rejects.toMatchObject(closed);
});

it('a photo of a format that is not decoded comes with the remedy, as in a scan', async () => {
  await using classifier = await loadClassifier(folder, { workers: 1 });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
  const { error } = await classifier.classifyOne(svg);
  expect(error?.code).toBe('FORMAT_UNSUPPORTED');
  expect(error?.reason).toMatch(/found svg\. SVG drawings are not decoded: export them as PNG/);
});
