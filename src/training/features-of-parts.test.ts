import { expect, it } from 'vitest';
import type { Dataset, Part } from '../dataset/dataset.ts';
import { chooseTaps, pickParts } from './features-of-parts.ts';

const taps = [
  { name: 'early', size: 2 },
  { name: 'late', size: 3 },
];
const backbone = {
  id: 'tiny',
  sha256: '',
  form: 'uint8',
  preprocess: { width: 1, height: 1, resize: 'stretch', crop: 1, kernel: 'bilinear' },
  variant: 'whole',
  taps,
  model: {
    opset: 17,
    metadata: {},
    graph: { name: '', nodes: [], initializers: new Map(), inputs: [], outputs: [] },
  },
} as const;

it('the last tap is the default; others are chosen by name, in the order given', () => {
  expect(chooseTaps(backbone, undefined).map(({ name }) => name)).toEqual(['late']);
  expect(chooseTaps(backbone, ['late', 'early']).map(({ name }) => name)).toEqual(['late', 'early']);
});

it('an unknown tap is refused with the names of those there are', () => {
  expect(() => chooseTaps(backbone, ['mixed'])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', hint: 'Its taps: early, late.' }),
  );
});

it('a tap that is named twice is refused', () => {
  expect(() => chooseTaps(backbone, ['late', 'late'])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

it('rows, labels and identities of each part stay together', async () => {
  const photos = [0, 1, 2, 3].map((number) => ({
    path: `${number}.jpg`,
    file: `/${number}.jpg`,
    label: number % 2,
    sha256: `hash ${number}`,
  }));
  const dataset: Dataset = {
    root: '/',
    name: 'd',
    task: 'single-label',
    classes: ['a', 'b'],
    photos,
    skipped: [],
    notices: [],
  };
  const parts: Part[] = ['test', 'training', 'validation', 'training'];
  const values = Float32Array.from([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
  const rows = {
    identities: photos.map(({ sha256 }) => sha256),
    files: photos,
    columns: 2,
    values,
    skipped: [],
  };
  await using picked = await pickParts(dataset, { parts, source: 'hash' }, rows);
  expect(picked.featureSize).toBe(2);
  expect([...picked.training.labels]).toEqual([1, 1]);
  expect(picked.training.identities).toEqual(['hash 1', 'hash 3']);
  expect([...(await picked.training.features.chunk(0))]).toEqual([1, 1.5, 3, 3.5]);
  expect([...(await picked.test.features.chunk(0))]).toEqual([0, 0.5]);
  expect(picked.validation.photos.map(({ path }) => path)).toEqual(['2.jpg']);
});
