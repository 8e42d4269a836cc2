import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { loadClassifier } from '../classify.ts';
import { RegraftError } from '../errors.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { decodeImage } from '../image/decode.ts';
import { drawPicture, encodePicture } from '../image/testing/pictures.ts';
import { floats, node } from '../onnx/build.ts';
import type { Model } from '../onnx/graph.ts';
import { decodeModel } from '../onnx/read.ts';
import { encodeModel } from '../onnx/write.ts';
import type { UnknownVerdict } from '../prediction.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { PhotoFit } from '../shared/preprocess.ts';
import { scoreUnknown } from '../unknown/score-unknown.ts';
import { drawUnknownModel } from '../unknown/testing/draw-unknown-model.ts';
import { buildClassifier, buildHeadOnly } from './build-classifier.ts';
import { loadModel } from './load.ts';
import { formatMetadata, type ModelMetadata, parseMetadata } from './metadata.ts';
import { photoFitOf } from './photo-fit.ts';
import { checkSeal, sealModel } from './seal.ts';

const labels = ['Löwenzahn', '蒲公英', 'with "quotes", and\nlines'];
const backbone = tinyBackbone();
const classifier = buildClassifier(backbone, ['early', 'bottleneck'], formulaHead(32, labels));
const sealed = sealModel(encodeModel(classifier));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-model-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a classifier', () => {
  it('loads from its folder or its file, with the graph and the metadata that were saved', async () => {
    const path = await store('model.onnx', sealed);
    for (const location of [folder, path]) {
      const loaded = await loadModel(location);
      expect(loaded.path).toBe(path);
      expect(loaded.model.graph).toEqual(classifier.graph);
      expect(loaded.metadata).toEqual({
        labels,
        preprocess: {
          width: 32,
          height: 32,
          resize: 'stretch',
          crop: 1,
          kernel: 'bilinear-antialias',
          colour: 'sRGB',
          orientation: 'exif',
        },
        backbone: { id: 'tiny', sha256: '0'.repeat(64), form: 'uint8', taps: ['early', 'bottleneck'] },
        task: 'single-label',
        thresholds: null,
        calibration: { temperature: 0.8 },
        unknown: null,
        fineTuned: null,
      });
    }
  });

  it('has equal bytes when it is built again', () => {
    const again = buildClassifier(tinyBackbone(), ['early', 'bottleneck'], formulaHead(32, labels));
    expect(Buffer.compare(sealModel(encodeModel(again)), sealed)).toBe(0);
  });

  it('computes the calibrated softmax of its head on the taps, in their order', async () => {
    const image = {
      type: 'uint8',
      dims: [2, 32, 32, 3],
      data: Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => (i * 37) % 256),
    } as const;
    await using network = await openSessions(backbone.model, { workers: 1 });
    for (const taps of [['bottleneck'], ['bottleneck', 'early']]) {
      const head = formulaHead(16 * taps.length, labels);
      await using whole = await openSessions(buildClassifier(backbone, taps, head), { workers: 1 });
      const features = await network.run({ image });
      const { probabilities } = await whole.run({ image });
      expect(probabilities?.dims).toEqual([2, 3]);
      for (const row of [0, 1]) {
        const values = taps.flatMap((tap) => [
          ...(features[tap]?.data.slice(row * 16, row * 16 + 16) as Float32Array),
        ]);
        const expected = softmax(head.bias, head.weights, values, head.temperature);
        for (const [index, value] of expected.entries()) {
          expect(probabilities?.data[row * 3 + index]).toBeCloseTo(value, 5);
        }
      }
    }
  });
});

describe('the seal', () => {
  it('tells damage at whatever byte it is', () => {
    expect(() => checkSeal(sealed, 'model.onnx')).not.toThrow();
    for (let index = 0; index < sealed.length; index++) {
      const damaged = Uint8Array.from(sealed);
      damaged[index] = (damaged[index] ?? 0) ^ 4;
      expect(
        codeOf(() => checkSeal(damaged, 'model.onnx')),
        `byte ${index}`,
      ).toBe('MODEL_INVALID');
    }
  });

  it('is read by every ONNX reader as one more pair of metadata', () => {
    const { metadata } = decodeModel(sealed, 'model.onnx');
    expect(metadata).toMatchObject(classifier.metadata);
    expect(metadata['regraft.sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may be missing: another tool has written the file anew', async () => {
    const path = await store('rewritten.onnx', encodeModel(classifier));
    expect((await loadModel(path)).metadata.labels).toEqual(labels);
  });

  it('of an older content is refused, with the remedy for a change on purpose', async () => {
    const { graph, opset, metadata } = decodeModel(sealed, 'model.onnx');
    const changed = encodeModel({ graph: { ...graph, name: 'renamed' }, opset, metadata: {} });
    const path = await store('stale.onnx', Buffer.concat([changed, sealed.subarray(sealed.length - 84)]));
    expect(metadata).toHaveProperty(['regraft.sha256']);
    await expect(loadModel(path)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      hint: expect.stringContaining('remove its metadata entry regraft.sha256') as string,
    });
  });
});

describe('a file that is no whole model', () => {
  it('is refused wherever it ends', async () => {
    for (let part = 0; part < 60; part++) {
      const path = await store(
        'short.onnx',
        sealed.subarray(0, Math.floor(((sealed.length - 100) * part) / 59)),
      );
      await expect(loadModel(path), `part ${part}`).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
  });

  it('is refused when damaged before its graph is read, and the message says so', async () => {
    const damaged = Uint8Array.from(sealed);
    damaged.fill(0xff, 10, 20);
    await expect(loadModel(await store('damaged.onnx', damaged))).rejects.toThrow('is damaged');
  });

  it('is refused when it is text, empty, or missing', async () => {
    await expect(loadModel(await store('page.onnx', '<html>'))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    await expect(loadModel(await store('empty.onnx', ''))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(loadModel(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const empty = join(folder, 'empty-folder');
    await mkdir(empty);
    await expect(loadModel(empty)).rejects.toThrow(
      `Expected a model at ${join(empty, 'model.onnx')}, but it does not exist.`,
    );
  });

  it('is refused when it is an ONNX model of others', async () => {
    const path = await store('foreign.onnx', encodeModel({ ...classifier, metadata: { author: 'someone' } }));
    await expect(loadModel(path)).rejects.toThrow('it is another ONNX model (no regraft.schema)');
  });

  it.each([
    ['another version', { 'regraft.schema': '2' }, 'has version 2 of the model file; this Regraft reads 1'],
    ['labels that are no JSON', { 'regraft.labels': '["a",' }, 'The metadata of'],
    ['one label', { 'regraft.labels': '["a"]' }, 'regraft.labels'],
    ['a temperature of 0', { 'regraft.calibration': '{"temperature":0}' }, 'regraft.calibration.temperature'],
    [
      'an unknown resize',
      { 'regraft.preprocess': '{"width":8,"height":8,"resize":"pad"}' },
      'regraft.preprocess.resize',
    ],
    [
      'a share of nothing',
      { 'regraft.preprocess': '{"width":8,"height":8,"resize":"crop","crop":0}' },
      'regraft.preprocess.crop',
    ],
    [
      'fewer labels than its graph has classes',
      { 'regraft.labels': '["a","b"]' },
      'does not fit its 2 labels',
    ],
  ])('is refused when its metadata has %s', async (_, change, message) => {
    const bytes = encodeModel({ ...classifier, metadata: { ...classifier.metadata, ...change } });
    await expect(loadModel(await store('wrong.onnx', bytes))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each(Object.keys(classifier.metadata).filter((key) => key !== 'regraft.schema'))(
    'is refused without %s',
    async (key) => {
      const metadata = Object.fromEntries(
        Object.entries(classifier.metadata).filter(([name]) => name !== key),
      );
      const path = await store('partial.onnx', encodeModel({ ...classifier, metadata }));
      await expect(loadModel(path)).rejects.toThrow(`is damaged: ${key}`);
    },
  );

  it('is refused when its graph has two inputs or another output', async () => {
    const { graph } = classifier;
    const graphs: Model['graph'][] = [
      { ...graph, inputs: [...graph.inputs, ...graph.inputs] },
      {
        ...graph,
        nodes: [...graph.nodes, node('Identity', ['probabilities'], ['y'])],
        outputs: [{ name: 'y', type: 'float32', dims: ['N', 3] }],
      },
    ];
    for (const changed of graphs) {
      const path = await store('other.onnx', encodeModel({ ...classifier, graph: changed }));
      await expect(loadModel(path)).rejects.toThrow('does not fit its 3 labels');
    }
  });
});

describe('a model that tells unknown photos', () => {
  const taps = ['early', 'bottleneck'];
  const unknown = { model: drawUnknownModel(3, [16, 16]), threshold: 1.25, falseRejection: 0.05 };
  const model = buildClassifier(backbone, taps, { ...formulaHead(32, labels), unknown });

  it('says how in its metadata, and has the score as its second output', async () => {
    const path = await store('telling.onnx', sealModel(encodeModel(model)));
    const loaded = await loadModel(path);
    expect(loaded.metadata.unknown).toEqual({
      method: 'least-squares-neighbour-subspace',
      threshold: 1.25,
      falseRejection: 0.05,
    });
    expect(loaded.model.graph.outputs).toEqual([
      { name: 'probabilities', type: 'float32', dims: ['N', 3] },
      { name: 'unknown', type: 'float32', dims: ['N'] },
    ]);
  });

  it('scores the taps that its head reads, and leaves the probabilities as they are', async () => {
    const image = {
      type: 'uint8',
      dims: [3, 32, 32, 3],
      data: Uint8Array.from(
        { length: 3 * 32 * 32 * 3 },
        (_, i) => (i * 41 + Math.floor(i / 3072) * 77) % 256,
      ),
    } as const;
    await using network = await openSessions(backbone.model, { workers: 1 });
    await using plain = await openSessions(classifier, { workers: 1 });
    await using telling = await openSessions(model, { workers: 1 });
    const features = await network.run({ image });
    const found = await telling.run({ image });
    expect(found.probabilities).toEqual((await plain.run({ image })).probabilities);
    const rows = [0, 1, 2].flatMap((row) =>
      taps.flatMap((tap) => [...(features[tap]?.data as Float32Array).subarray(row * 16, row * 16 + 16)]),
    );
    const expected = await scoreUnknown(matrixFromArray(Float32Array.from(rows), 3, 32), unknown.model);
    expect(found.unknown?.dims).toEqual([3]);
    for (const [row, score] of expected.entries()) expect(found.unknown?.data[row]).toBeCloseTo(score, 5);
    expect(new Set(expected).size).toBe(3);
  });

  it('judges photos by its threshold', async () => {
    const photo = await encodePicture(drawPicture(40, 30)).png().toBuffer();
    const judge = async (threshold: number): Promise<UnknownVerdict | undefined> => {
      const changed = { ...unknown, threshold };
      const graph = buildClassifier(backbone, taps, { ...formulaHead(32, labels), unknown: changed });
      await using loaded = await loadClassifier(await store('judge.onnx', encodeModel(graph)), {
        workers: 1,
      });
      return (await loaded.classifyOne(photo)).unknown;
    };
    const { score, isUnknown } = (await judge(-100)) ?? {};
    expect(isUnknown).toBe(true);
    expect(await judge(score ?? NaN)).toEqual({ score, isUnknown: false });
    expect(await judge((score ?? NaN) - 1e-3)).toEqual({ score, isUnknown: true });
  });

  it('is refused when it has no such output, or nonsense for a threshold', async () => {
    const without = { ...model.graph, outputs: model.graph.outputs.slice(0, 1) };
    const path = await store('silent.onnx', encodeModel({ ...model, graph: without }));
    await expect(loadModel(path)).rejects.toThrow('does not fit its 3 labels');
    const metadata = { ...model.metadata, 'regraft.unknown': '{"method":"x","threshold":null}' };
    const broken = await store('broken.onnx', encodeModel({ ...model, metadata }));
    await expect(loadModel(broken)).rejects.toThrow('is damaged: regraft.unknown.threshold');
  });

  it('may be a head alone', async () => {
    const head = { ...formulaHead(5, labels), unknown: { ...unknown, model: drawUnknownModel(3, [5]) } };
    await using sessions = await openSessions(buildHeadOnly(5, head), { workers: 1 });
    const values = [0.5, -1, 2, 0, 1];
    const found = await sessions.run({ features: floats([1, 5], values) });
    const matrix = matrixFromArray(Float32Array.from(values), 1, 5);
    expect(found.unknown?.data[0]).toBeCloseTo((await scoreUnknown(matrix, head.unknown.model))[0] ?? NaN, 5);
  });
});

describe('a model of a head alone', () => {
  const head = formulaHead(5, labels);
  const model = buildHeadOnly(5, head);

  it('gives probabilities for features', async () => {
    await using sessions = await openSessions(model, { workers: 1 });
    const values = [0.5, -1, 2, 0, 1];
    const { probabilities } = await sessions.run({ features: floats([1, 5], values) });
    const expected = softmax(head.bias, head.weights, values, head.temperature);
    for (const [index, value] of expected.entries()) expect(probabilities?.data[index]).toBeCloseTo(value, 6);
  });

  it('loads, but classifies no photos', async () => {
    const path = await store('head.onnx', sealModel(encodeModel(model)));
    expect((await loadModel(path)).metadata).toMatchObject({ labels, preprocess: null });
    await expect(loadClassifier(path)).rejects.toMatchObject({ code: 'NOT_A_CLASSIFIER' });
  });
});

describe.each(['bilinear', 'bicubic'] as const)('a network that looks at the middle, scaled %s', (kernel) => {
  const fit = { width: 32, height: 32, resize: 'crop', crop: 0.875, kernel } as const;
  const cut = buildClassifier({ ...backbone, preprocess: fit }, ['bottleneck'], formulaHead(16, labels));

  it('says so in the metadata, from which the same fit is read', () => {
    expect(JSON.parse(cut.metadata['regraft.preprocess'] ?? '')).toEqual({
      width: 32,
      height: 32,
      resize: 'crop',
      crop: 0.875,
      kernel: `${kernel}-antialias`,
      colour: 'sRGB',
      orientation: 'exif',
    });
    const { preprocess } = parseMetadata(cut.metadata, 'model.onnx');
    expect(preprocess === null ? null : photoFitOf(preprocess)).toEqual(fit);
  });

  it('classifies the pixels of that fit', async () => {
    await using classifier = await loadClassifier(await store('cut.onnx', sealModel(encodeModel(cut))), {
      workers: 1,
    });
    const photo = await encodePicture(drawPicture(90, 60)).png().toBuffer();
    const { top } = await classifier.classifyOne(photo, { top: 3 });
    await using sessions = await openSessions(cut, { workers: 1 });
    const scores = async (as: PhotoFit): Promise<unknown> => {
      const data = await decodeImage(photo, as);
      const image = { type: 'uint8', dims: [1, 32, 32, 3], data } as const;
      return (await sessions.run({ image })).probabilities?.data;
    };
    const byLabel = new Map(top.map(({ label, probability }) => [label, probability]));
    const classified = Float32Array.from(labels, (label) => byLabel.get(label) ?? NaN);
    expect(classified).toEqual(await scores(fit));
    // The test would see another fit.
    expect(classified).not.toEqual(await scores({ ...fit, resize: 'stretch', crop: 1 }));
    expect(classified).not.toEqual(
      await scores({ ...fit, kernel: kernel === 'bicubic' ? 'bilinear' : 'bicubic' }),
    );
  });
});

it('metadata that is written and read is the same', () => {
  const metadata: ModelMetadata = parseMetadata(classifier.metadata, 'model.onnx');
  expect(parseMetadata(formatMetadata(metadata), 'copy')).toEqual(metadata);
  expect(Object.values(formatMetadata(metadata)).join()).not.toMatch(
    /\d{4}-\d{2}-\d{2}|\/tmp|regraft-model-/,
  );
});

async function store(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  expect((await readFile(path)).length).toBe(content.length);
  return path;
}

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof RegraftError) return error.code;
    throw error;
  }
}

function softmax(
  bias: Float32Array,
  weights: Float32Array,
  features: readonly number[],
  temperature: number,
): number[] {
  const exponentials = [...bias].map((start, row) => {
    const logit = features.reduce(
      (sum, value, column) => sum + value * (weights[row * features.length + column] ?? NaN),
      start,
    );
    return Math.exp(logit / temperature);
  });
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
