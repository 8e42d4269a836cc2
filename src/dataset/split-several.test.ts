import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Dataset, Part, Photo } from './dataset.ts';
import { type Split, splitDataset, splitPosition } from './split.ts';

const options = { validationPercent: 10, testPercent: 10, seed: 0, allowSmall: false };
const allParts: readonly Part[] = ['training', 'validation', 'test'];

describe('splitDataset on several labels a photo', () => {
  it.each([0, 1, 2, 3, 4])('puts photos of every class into every part, seed %i', async (seed) => {
    const dataset = drawDataset(150, 12);
    const split = await splitDataset(dataset, { ...options, seed });
    for (const label of dataset.classes.keys()) {
      expect([...partsOfClass(dataset, split, label)].sort()).toEqual([...allParts].sort());
    }
  });

  it('moves none but fillers from the part of its u', async () => {
    const dataset = drawDataset(2000, 3);
    const split = await splitDataset(dataset, options);
    for (const [index, { sha256 }] of dataset.photos.entries()) {
      const u = splitPosition(0, sha256);
      expect(split.parts[index]).toBe(u < 0.1 ? 'validation' : u < 0.2 ? 'test' : 'training');
    }
  });

  it('gives equal parts in any order of the photos', async () => {
    const dataset = drawDataset(80, 9);
    const split = await splitDataset(dataset, options);
    const turned = { ...dataset, photos: dataset.photos.toReversed() };
    const again = await splitDataset(turned, options);
    expect(again.parts.toReversed()).toEqual(split.parts);
  });

  it('keeps equal photos together', async () => {
    const dataset = drawDataset(60, 4);
    const copies = dataset.photos.map((photo) => ({ ...photo, path: `copies/${photo.path}` }));
    const { parts } = await splitDataset({ ...dataset, photos: [...dataset.photos, ...copies] }, options);
    expect(parts.slice(60)).toEqual(parts.slice(0, 60));
  });

  it('takes a filler of a rare class without emptying another class', async () => {
    // Three photos show both rare classes: each part must get one of them.
    const dataset = makeDataset([[0, 1], [0, 1], [0, 1], ...Array.from({ length: 30 }, () => [2])], 3);
    const { parts } = await splitDataset(dataset, options);
    expect([...parts.slice(0, 3)].sort()).toEqual([...allParts].sort());
  });

  it('deals photos without labels by their u, and needs none in a part', async () => {
    const dataset = makeDataset([[0], [0], [0], [1], [1], [1], [], [], []], 2);
    const { parts } = await splitDataset(dataset, options);
    for (const index of [6, 7, 8]) {
      const u = splitPosition(0, dataset.photos[index]?.sha256 ?? '');
      expect(parts[index]).toBe(u < 0.1 ? 'validation' : u < 0.2 ? 'test' : 'training');
    }
  });

  it('refuses a class that is too small, and takes it where small ones are allowed', async () => {
    const dataset = makeDataset([[0], [0], [0, 1], [1], [0], [2, 0]], 3);
    await expect(splitDataset(dataset, options)).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringContaining('"class 1" (2), "class 2" (1)') as string,
    });
    const split = await splitDataset(dataset, { ...options, allowSmall: true });
    expect(partsOfClass(dataset, split, 1)).toEqual(new Set(['training', 'test']));
    expect(partsOfClass(dataset, split, 2)).toEqual(new Set(['training']));
  });

  it('says which classes cannot be spread, as they share their photos', async () => {
    // Any two of four photos share a class: no two may have the same part, and there are three.
    const dataset = makeDataset(
      [
        [0, 1, 2],
        [0, 1, 3],
        [0, 2, 3],
        [1, 2, 3],
      ],
      4,
    );
    await expect(splitDataset(dataset, options)).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringMatching(
        /as they also show other rare classes, those of "class \d" \(3\)/,
      ) as string,
    });
    await expect(splitDataset(dataset, { ...options, allowSmall: true })).resolves.toBeDefined();
  });

  it('keeps prescribed parts, and refuses a class without a training photo', async () => {
    const dataset = makeDataset([[0], [0, 1], [0], [1]], 2);
    const prescribe = (parts: readonly Part[]): Dataset => ({
      ...dataset,
      photos: dataset.photos.map((photo, index) => ({ ...photo, part: parts[index] ?? 'training' })),
    });
    const given: Part[] = ['training', 'training', 'validation', 'test'];
    expect(await splitDataset(prescribe(given), options)).toEqual({ parts: given, source: 'dataset' });
    await expect(
      splitDataset(prescribe(['training', 'validation', 'training', 'test']), options),
    ).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringContaining('none is in "class 1"') as string,
    });
  });
});

/** Photos whose labels follow from their hashes; class k is about half as frequent as class k − 1, with five photos at least. */
function drawDataset(photos: number, classes: number): Dataset {
  return makeDataset(
    Array.from({ length: photos }, (_, index) => {
      const bits = BigInt(`0x${hashOf(`labels ${index}`)}`);
      return Array.from({ length: classes }, (_, label) => label).filter((label) => {
        const shifted = Number((bits >> BigInt(label * 8)) & 255n);
        return shifted < 256 / 2 ** (label + 1) || index % classes === label;
      });
    }),
    classes,
  );
}

function makeDataset(labels: readonly (readonly number[])[], classes: number): Dataset {
  return {
    root: '/photos',
    name: 'photos',
    task: 'multi-label',
    classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
    photos: labels.map((own, index): Photo => {
      const path = `${index}.jpg`;
      return {
        path,
        file: `/photos/${path}`,
        label: own[0] ?? -1,
        labels: own,
        sha256: hashOf(`photo ${index}`),
      };
    }),
    skipped: [],
    notices: [],
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function partsOfClass(dataset: Dataset, { parts }: Split, label: number): Set<Part | undefined> {
  return new Set(parts.filter((_, index) => dataset.photos[index]?.labels?.includes(label)));
}
