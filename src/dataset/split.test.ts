import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset, Part, Photo } from './dataset.ts';
import { formatSplitCsv } from './split-csv.ts';
import { splitDataset, splitPosition, type Split, type SplitOptions } from './split.ts';

const options = { validationPercent: 10, testPercent: 10, seed: 0, allowSmall: false };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-split-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('splitDataset', () => {
  it('compares 48 bits of the salted hash with the percentages', async () => {
    const dataset = makeDataset({ a: range(300), b: range(300) });
    const { parts, source } = await splitDataset(dataset, { ...options, validationPercent: 20, seed: 7 });
    const expected = dataset.photos.map(({ sha256 }) => {
      const digest = createHash('sha256').update(`7:${sha256}`).digest('hex');
      const u = Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48;
      return u < 0.2 ? 'validation' : u < 0.3 ? 'test' : 'training';
    });
    expect(parts).toEqual(expected);
    expect(source).toBe('hash');
  });

  it('comes close to the percentages on 2000 photos', async () => {
    const counts = countParts(await splitDataset(makeDataset({ a: range(1000), b: range(1000) }), options));
    // Binomial with n = 2000 and p = 0.1 has a standard deviation of 13.4; three of them on each side.
    expect(Math.abs(counts.validation - 200)).toBeLessThan(41);
    expect(Math.abs(counts.test - 200)).toBeLessThan(41);
    expect(counts.training + counts.validation + counts.test).toBe(2000);
  });

  it('gives equal photos equal parts in another folder, under other names and in another order', async () => {
    const here = makeDataset({ a: range(60), b: range(40) });
    const photos = here.photos.map((photo, index) => ({
      ...photo,
      path: `elsewhere/${index}.png`,
      file: `/x/${index}`,
    }));
    const there = { ...here, root: '/elsewhere', photos: photos.toReversed() };
    expect(partsByHash(there, await splitDataset(there, options))).toEqual(
      partsByHash(here, await splitDataset(here, options)),
    );
  });

  it('gives another split for another seed', async () => {
    const dataset = makeDataset({ a: range(60), b: range(40) });
    const first = await splitDataset(dataset, options);
    expect(await splitDataset(dataset, options)).toEqual(first);
    expect(await splitDataset(dataset, { ...options, seed: 1 })).not.toEqual(first);
  });

  it('keeps copies together', async () => {
    const dataset = makeDataset({ a: [...range(50), ...range(50), ...range(50)], b: range(10) });
    const split = await splitDataset(dataset, options);
    const parts = new Map<string, Set<Part | undefined>>();
    for (const [index, { sha256 }] of dataset.photos.entries()) {
      parts.set(sha256, (parts.get(sha256) ?? new Set()).add(split.parts[index]));
    }
    expect([...parts.values()].every((set) => set.size === 1)).toBe(true);
  });

  it('gives each class all three parts even when a photo is in two classes', async () => {
    const { photos, ...dataset } = makeDataset({ a: range(3), b: range(3) });
    const shared = photos[0]?.sha256 ?? '';
    const tangled = {
      ...dataset,
      photos: photos.map((photo, index) => (index === 3 ? { ...photo, sha256: shared } : photo)),
    };
    for (let seed = 0; seed < 50; seed++) {
      const split = await splitDataset(tangled, { ...options, seed });
      for (const label of [0, 1]) expect(partsOfClass(tangled, split, label).size).toBe(3);
    }
  });

  it('gives each class all three parts, whatever its few photos hash to', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const dataset = makeDataset({ a: range(3), b: range(4), c: range(6) });
      const split = await splitDataset(dataset, { ...options, validationPercent: 45, testPercent: 40, seed });
      for (const label of dataset.classes.keys()) expect(partsOfClass(dataset, split, label).size).toBe(3);
    }
  });

  it('fills an empty part with the photo of nearest u', async () => {
    const dataset = makeDataset({ a: range(5), b: range(5) });
    const tiny = { ...options, validationPercent: 1, testPercent: 1 };
    const { parts } = await splitDataset(dataset, tiny);
    for (const label of [0, 1]) {
      const order = dataset.photos
        .map(({ sha256, label: own }, index) => ({ own, u: splitPosition(0, sha256), part: parts[index] }))
        .filter(({ own }) => own === label)
        .sort((a, b) => a.u - b.u);
      expect(order[0]?.u).toBeGreaterThan(0.02);
      expect(order.map(({ part }) => part)).toEqual([
        'validation',
        'test',
        'training',
        'training',
        'training',
      ]);
    }
  });

  it('moves at most the fillers when photos are added', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const small = makeDataset({ a: range(12), b: range(30) });
      const large = makeDataset({ a: range(40), b: range(31) });
      const before = partsByHash(small, await splitDataset(small, { ...options, seed }));
      const after = partsByHash(large, await splitDataset(large, { ...options, seed }));
      const moved = [...before].filter(([sha256, part]) => after.get(sha256) !== part);
      for (const [sha256, part] of moved) {
        const u = splitPosition(seed, sha256);
        const byHash = u < 0.1 ? 'validation' : u < 0.2 ? 'test' : 'training';
        expect([part, after.get(sha256)].filter((name) => name === byHash)).toHaveLength(1);
      }
      expect(moved.length).toBeLessThanOrEqual(4);
    }
  });

  it('lists all classes with fewer than three different photos', async () => {
    const dataset = makeDataset({
      one: range(1),
      many: range(9),
      copies: [...range(2), ...range(2)],
      'Größe 2': range(2),
    });
    await expect(splitDataset(dataset, options)).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringMatching(/"one" \(1\), "copies" \(2\), "Größe 2" \(2\)/) as string,
      hint: expect.stringContaining('--allow-small') as string,
    });
  });

  it('trains and tests on small classes when they are allowed', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const dataset = makeDataset({ one: range(1), two: range(2), many: range(9) });
      const split = await splitDataset(dataset, { ...options, seed, allowSmall: true });
      expect(partsOfClass(dataset, split, 0)).toEqual(new Set(['training']));
      expect(partsOfClass(dataset, split, 1)).toEqual(new Set(['training', 'test']));
      expect(partsOfClass(dataset, split, 2).size).toBe(3);
    }
  });

  it('refuses a split without any test photo', async () => {
    const dataset = makeDataset({ one: range(1), other: range(1) });
    await expect(splitDataset(dataset, { ...options, allowSmall: true })).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
    });
  });

  it.each([
    [{ validationPercent: 0 }, 'validationPercent'],
    [{ validationPercent: 80.5 }, 'validationPercent'],
    [{ testPercent: Number.NaN }, 'testPercent'],
    [{ testPercent: -3 }, 'testPercent'],
    [{ validationPercent: 50, testPercent: 41 }, '90'],
    [{ seed: 0.5 }, 'seed'],
    [{ seed: Infinity }, 'seed'],
  ])('refuses %j', async (change, name) => {
    await expect(
      splitDataset(makeDataset({ a: range(3), b: range(3) }), { ...options, ...change }),
    ).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(name) as string,
    });
  });
});

describe('splitDataset with parts that the data set prescribes', () => {
  const prescribe = (dataset: Dataset, choose: (index: number) => Part | undefined): Dataset => ({
    ...dataset,
    photos: dataset.photos.map((photo, index) => {
      const part = choose(index);
      return part === undefined ? photo : { ...photo, part };
    }),
  });

  it('keeps them all', async () => {
    const names = ['training', 'validation', 'test'] as const;
    const dataset = prescribe(makeDataset({ a: range(9), b: range(9) }), (index) => names[index % 3]);
    expect(await splitDataset(dataset, options)).toEqual({
      parts: dataset.photos.map(({ part }) => part),
      source: 'dataset',
    });
  });

  it('takes a missing validation part from training and leaves the test photos alone', async () => {
    const dataset = prescribe(makeDataset({ a: range(100), b: range(4) }), (index) =>
      index % 2 ? 'test' : 'training',
    );
    const split = await splitDataset(dataset, options);
    for (const [index, { part }] of dataset.photos.entries()) {
      const allowed = part === 'test' ? ['test'] : ['training', 'validation'];
      expect(allowed).toContain(split.parts[index]);
    }
    expect(partsOfClass(dataset, split, 0).size).toBe(3);
    expect(partsOfClass(dataset, split, 1).size).toBe(3);
  });

  it('gives a class of two training photos one for each open part', async () => {
    const dataset = prescribe(makeDataset({ a: range(3), b: range(20) }), (index) =>
      index === 0 || index > 15 ? 'test' : 'training',
    );
    for (let seed = 0; seed < 20; seed++) {
      expect(partsOfClass(dataset, await splitDataset(dataset, { ...options, seed }), 0).size).toBe(3);
    }
  });

  it('refuses a class that has test photos only', async () => {
    const dataset = prescribe(makeDataset({ a: range(9), b: range(9) }), (index) =>
      index >= 9 ? 'test' : index % 2 ? 'validation' : 'training',
    );
    await expect(splitDataset(dataset, { ...options, allowSmall: true })).rejects.toMatchObject({
      code: 'CLASS_TOO_SMALL',
      message: expect.stringMatching(/training photo .* "b"/) as string,
    });
  });
});

describe('splitDataset with a split file', () => {
  const withFile = async (content: string, change: Partial<SplitOptions> = {}): Promise<SplitOptions> => {
    const splitFile = join(folder, 'split.csv');
    await writeFile(splitFile, content);
    return { ...options, ...change, splitFile };
  };

  it('repeats an earlier split under another seed, percentages and folder', async () => {
    const dataset = makeDataset({ 'a, "b"': range(40), 'ü\n': range(30) });
    const split = await splitDataset(dataset, options);
    const again = await withFile(formatSplitCsv(dataset, split), { seed: 9, testPercent: 60 });
    const moved = {
      ...dataset,
      photos: dataset.photos.map((photo) => ({ ...photo, path: `moved/${photo.path}` })),
    };
    expect(await splitDataset(moved, again)).toEqual({ parts: split.parts, source: 'file' });
  });

  it('moves no known photo when others are added, and gives those their parts by hash', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const small = makeDataset({ a: range(4), b: range(5) });
      const large = makeDataset({ a: range(50), b: range(5), new: range(4) });
      const before = await splitDataset(small, { ...options, seed });
      const split = await splitDataset(large, await withFile(formatSplitCsv(small, before), { seed }));
      const after = partsByHash(large, split);
      for (const [sha256, part] of partsByHash(small, before)) expect(after.get(sha256)).toBe(part);
      expect(partsOfClass(large, split, 2).size).toBe(3);
    }
  });

  it('matches by path where there is no hash, in any spelling of the path', async () => {
    const dataset = makeDataset({ a: range(3), b: range(3) });
    const rows = [
      './a/0.jpg,TEST',
      'a\\1.jpg,train',
      'a/2.jpg,val',
      'b/0.jpg,validation',
      'b/1.jpg,testing',
      'b/2.jpg,training',
    ];
    expect((await splitDataset(dataset, await withFile(`path,split\r\n${rows.join('\r\n')}`))).parts).toEqual(
      ['test', 'training', 'validation', 'validation', 'test', 'training'],
    );
  });

  it('counts a photo as new when its content has changed under the same path', async () => {
    const dataset = makeDataset({ a: range(50), b: range(50) });
    const rows = dataset.photos.map(
      ({ path }, index) =>
        `${path},${index === 0 ? (dataset.photos[0]?.sha256 ?? '') : hashOf(`old ${index}`)},test`,
    );
    const { parts } = await splitDataset(dataset, await withFile(['path,sha256,split', ...rows].join('\n')));
    expect(parts[0]).toBe('test');
    expect(parts.filter((part) => part === 'training').length).toBeGreaterThan(60);
  });

  it.each([
    ['path,label\na/0.jpg,a', /columns split and path or sha256, found "path", "label"/],
    ['path,split\na/0.jpg,dev', /line 2, column 9: expected train, .* found "dev"/],
    ['path,sha256,split\na/0.jpg,123,test', /line 2, column 9: expected 64 hexadecimal digits/],
    ['path,sha256,split\n,,test', /neither a path nor a hash/],
    ['path,split\nz/0.jpg,test', /None of the 1 rows/],
    ['path,split\n', /None of the 0 rows/],
    ['path,split\na/0.jpg,test\na/0.jpg,training', /same photo into two parts: .*\(line 2\).*\(line 3\)/],
    [
      'path,split\na/0.jpg,training\na/1.jpg,training\na/2.jpg,training\nb/0.jpg,training\nb/1.jpg,training\nb/2.jpg,training',
      /no photo for testing/,
    ],
  ])('refuses %j', async (content, message) => {
    await expect(
      splitDataset(makeDataset({ a: range(3), b: range(3) }), await withFile(content)),
    ).rejects.toMatchObject({
      code: 'INVALID_SPLIT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('says when the file does not exist', async () => {
    const splitFile = join(folder, 'none.csv');
    await expect(
      splitDataset(makeDataset({ a: range(3), b: range(3) }), { ...options, splitFile }),
    ).rejects.toMatchObject({
      code: 'INVALID_SPLIT',
      message: expect.stringContaining(`${splitFile} does not exist`) as string,
    });
  });
});

/** Photos that exist only as hashes; equal numbers in a class are copies. */
function makeDataset(contents: Record<string, readonly number[]>): Dataset {
  const classes = Object.keys(contents);
  const photos = classes.flatMap((name, label) =>
    (contents[name] ?? []).map((content, index): Photo => {
      const path = `${name}/${index}.jpg`;
      return { path, file: `/photos/${path}`, label, sha256: hashOf(`${name} ${content}`) };
    }),
  );
  return { root: '/photos', name: 'photos', task: 'single-label', classes, photos, skipped: [], notices: [] };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function countParts({ parts }: Split): Record<Part, number> {
  const counts = { training: 0, validation: 0, test: 0 };
  for (const part of parts) counts[part]++;
  return counts;
}

function partsByHash(dataset: Dataset, split: Split): Map<string, Part | undefined> {
  return new Map(dataset.photos.map(({ sha256 }, index) => [sha256, split.parts[index]]));
}

function partsOfClass(dataset: Dataset, split: Split, label: number): Set<Part | undefined> {
  return new Set(split.parts.filter((_, index) => dataset.photos[index]?.label === label));
}
