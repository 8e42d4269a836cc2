import { describe, expect, it } from 'vitest';
import type { Dataset, Part } from '../dataset/dataset.ts';
import { photoHash, rowsOf, tinyBackbone } from '../features/testing/tiny-backbone.ts';
import { temporaryFolder } from '../features/testing/temporary-folder.ts';
import { openFeatureStore } from '../features/store.ts';
import { viewsOf } from '../shared/photo-view.ts';
import { findTaps, gatherParts, pickParts } from './features-of-parts.ts';

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

it('all taps are the default; others are chosen by name, in the order given', () => {
  expect(findTaps(backbone, undefined).map(({ name }) => name)).toEqual(['early', 'late']);
  expect(findTaps(backbone, ['late', 'early']).map(({ name }) => name)).toEqual(['late', 'early']);
});

it('an unknown tap is refused with the names of those there are', () => {
  expect(() => findTaps(backbone, ['mixed'])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', hint: 'Its taps: early, late.' }),
  );
});

it('a tap that is named twice is refused', () => {
  expect(() => findTaps(backbone, ['late', 'late'])).toThrow(
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

describe('features of several views', () => {
  const photos = [0, 1, 2, 3].map((number) => ({
    path: `${number}.jpg`,
    file: `/${number}.jpg`,
    label: number % 2,
    sha256: photoHash(number),
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
  const split = { parts: ['test', 'training', 'validation', 'training'] as Part[], source: 'hash' } as const;
  const late = tinyBackbone.taps.slice(-1);
  /** Values of a photo's later tap, with the factor of a view. */
  const own = (number: number, factor: number): number[] =>
    [...(rowsOf([number]).values[1] ?? [])].map((value) => Math.fround(value * factor));

  it('are judged as their mean, and learned from one by one; the test part is judged alone', async () => {
    const home = await temporaryFolder();
    const [whole, mirrored, colour] = await Promise.all(
      ([...viewsOf(2), 'colour-1'] as const).map(async (view, index) => {
        const store = await openFeatureStore(home, tinyBackbone, view);
        const rows = rowsOf([0, 1, 2, 3]);
        const factor = [1, 3, -1][index] ?? NaN;
        await store.append({ ...rows, values: rows.values.map((tap) => tap.map((value) => value * factor)) });
        return store;
      }),
    );
    const stores = { judge: [whole!, mirrored!], learn: [whole!, colour!] };
    await using parts = await gatherParts(dataset, split, stores, late, home);
    const { training, validation, test } = parts;
    expect([...(await training.features.chunk(0))]).toEqual([...own(1, 2), ...own(3, 2)]);
    expect([...(await test.features.chunk(0))]).toEqual(own(0, 2));
    expect([...training.labels]).toEqual([1, 1]);
    expect(test.learn).toBeUndefined();
    const learned = training.learn!;
    expect([...(await learned.features.chunk(0))]).toEqual([
      ...own(1, 1),
      ...own(1, -1),
      ...own(3, 1),
      ...own(3, -1),
    ]);
    expect([...learned.labels]).toEqual([1, 1, 1, 1]);
    expect(learned.identities).toEqual([1, 1, 3, 3].map(photoHash));
    expect([...(await validation.learn!.features.chunk(0))]).toEqual([...own(2, 1), ...own(2, -1)]);
    expect([...validation.learn!.labels]).toEqual([0, 0]);
    expect(validation.photos.map(({ path }) => path)).toEqual(['2.jpg']);
  });

  it('that are one and the same to learn from and to judge are there once', async () => {
    const home = await temporaryFolder();
    const store = await openFeatureStore(home, tinyBackbone);
    await store.append(rowsOf([0, 1, 2, 3]));
    await using parts = await gatherParts(dataset, split, { judge: [store], learn: [store] }, late, home);
    expect(parts.training.learn).toBeUndefined();
    expect([...(await parts.training.features.chunk(0))]).toEqual([...own(1, 1), ...own(3, 1)]);
  });
});
