import { rm, writeFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FeatureMatrix } from './feature-matrix.ts';
import { gatherFeatures } from './gather.ts';
import { type FeatureStore, openFeatureStore } from './store.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

const [early, late] = [tinyBackbone.taps[0]!, tinyBackbone.taps[1]!];

async function filledStore(count = 9): Promise<{ store: FeatureStore; home: string }> {
  const home = await temporaryFolder();
  const store = await openFeatureStore(home, tinyBackbone);
  for (let first = 0; first < count; first += 4) {
    const numbers = Array.from({ length: Math.min(4, count - first) }, (_, index) => first + index);
    await store.append(rowsOf(numbers));
  }
  return { store, home };
}

async function valuesOf(matrix: FeatureMatrix): Promise<number[]> {
  const values: number[] = [];
  for (let index = 0; index * matrix.chunkRows < matrix.rows; index++) {
    values.push(...(await matrix.chunk(index)));
  }
  return values;
}

function expectedRow(number: number, taps: 'late' | 'both'): number[] {
  const [first, second] = rowsOf([number]).values;
  return taps === 'late' ? [...(second ?? [])] : [...(first ?? []), ...(second ?? [])];
}

describe('gathered features', () => {
  it('come in the order asked for, whatever the segments, repeats included', async () => {
    const { store, home } = await filledStore();
    const order = [8, 0, 5, 5, 3, 7, 0];
    await using matrix = await gatherFeatures([store], order.map(photoHash), [late], join(home, 'tmp'));
    expect({ rows: matrix.rows, columns: matrix.columns, inMemory: matrix.inMemory }).toEqual({
      rows: 7,
      columns: 5,
      inMemory: true,
    });
    expect(await valuesOf(matrix)).toEqual(order.flatMap((number) => expectedRow(number, 'late')));
  });

  it('join several taps side by side, in the order of the taps', async () => {
    const { store, home } = await filledStore();
    await using matrix = await gatherFeatures(
      [store],
      [2, 6].map(photoHash),
      [early, late],
      join(home, 'tmp'),
    );
    expect(await valuesOf(matrix)).toEqual([...expectedRow(2, 'both'), ...expectedRow(6, 'both')]);
    await using swapped = await gatherFeatures([store], [photoHash(2)], [late, early], join(home, 'tmp'));
    const [first, second] = rowsOf([2]).values;
    expect(await valuesOf(swapped)).toEqual([...second!, ...first!]);
  });

  it('of no photos are an empty matrix', async () => {
    const { store, home } = await filledStore(1);
    await using matrix = await gatherFeatures([store], [], [late], join(home, 'tmp'));
    expect({ rows: matrix.rows, columns: matrix.columns }).toEqual({ rows: 0, columns: 5 });
  });

  it('above the limit lie in a file, with the same values, which is deleted in the end', async () => {
    const { store, home } = await filledStore();
    const folder = join(home, 'tmp');
    const order = Array.from({ length: 9000 }, (_, index) => (index * 7) % 9);
    const photos = order.map(photoHash);
    await using inMemory = await gatherFeatures([store], photos, [early, late], folder);
    expect(await filesBelow(home)).toHaveLength(3);
    const inFile = await gatherFeatures([store], photos, [early, late], folder, { limitBytes: 1000 });
    expect(inFile).toMatchObject({ rows: 9000, columns: 8, inMemory: false, chunkRows: inMemory.chunkRows });
    expect((await filesBelow(home)).filter((file) => file.startsWith(folder))).toHaveLength(1);
    const [one, two] = [await valuesOf(inMemory), await valuesOf(inFile)];
    expect(two.length).toBe(9000 * 8);
    expect(
      Buffer.from(Float32Array.from(two).buffer).equals(Buffer.from(Float32Array.from(one).buffer)),
    ).toBe(true);
    await inFile[Symbol.asyncDispose]();
    expect((await filesBelow(home)).filter((file) => file.startsWith(folder))).toEqual([]);
  });

  it('are an error, not zeros, when their file was cut off', async () => {
    const { store, home } = await filledStore();
    const folder = join(home, 'tmp');
    const photos = Array.from({ length: 5000 }, (_, index) => photoHash(index % 9));
    await using matrix = await gatherFeatures([store], photos, [late], folder, { limitBytes: 1000 });
    const [file = ''] = (await filesBelow(home)).filter((path) => path.startsWith(folder));
    await truncate(file, 4500 * 5 * 4);
    expect(await matrix.chunk(0)).toHaveLength(4096 * 5);
    await expect(matrix.chunk(1)).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining(file) as string,
    });
  });

  it('of several views are a row each, photo by photo, or their mean; in memory and in a file', async () => {
    const { store: whole, home } = await filledStore(4);
    const [mirrored, centre] = [
      await openFeatureStore(home, tinyBackbone, 'whole-mirrored'),
      await openFeatureStore(home, tinyBackbone, 'centre-80'),
    ];
    // A view's values are a photo's own with a factor; the photos lie in other orders, in one segment or in several.
    const scaled = (numbers: readonly number[], factor: number): ReturnType<typeof rowsOf> => {
      const rows = rowsOf(numbers);
      return { ...rows, values: rows.values.map((tap) => tap.map((value) => value * factor)) };
    };
    await mirrored.append(scaled([3, 1, 0, 2], 2));
    await centre.append(scaled([2, 0], -6));
    await centre.append(scaled([1, 3], -6));
    const order = [2, 0, 3, 3, 1];
    const stores = [whole, mirrored, centre];
    for (const limitBytes of [1e9, 1]) {
      const gather = (views: 'rows' | 'mean'): Promise<FeatureMatrix> =>
        gatherFeatures(stores, order.map(photoHash), [late, early], join(home, 'tmp'), { views, limitBytes });
      const own = (number: number): number[] => {
        const [first = [], second = []] = rowsOf([number]).values;
        return [...second, ...first];
      };
      await using rows = await gather('rows');
      expect({ rows: rows.rows, columns: rows.columns, inMemory: rows.inMemory }).toEqual({
        rows: 15,
        columns: 8,
        inMemory: limitBytes > 1,
      });
      const expected = order.flatMap((number) =>
        [1, 2, -6].flatMap((factor) => own(number).map((value) => value * factor)),
      );
      (await valuesOf(rows)).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 2));
      await using mean = await gather('mean');
      expect({ rows: mean.rows, columns: mean.columns }).toEqual({ rows: 5, columns: 8 });
      const means = order.flatMap((number) => own(number).map((value) => -value));
      (await valuesOf(mean)).forEach((value, index) => expect(value).toBeCloseTo(means[index]!, 2));
    }
  });

  it('in a folder that cannot be made are a clear error', async () => {
    const { store, home } = await filledStore(1);
    await writeFile(join(home, 'file'), '');
    await expect(
      gatherFeatures([store], [photoHash(0)], [late], join(home, 'file', 'tmp'), { limitBytes: 1 }),
    ).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  });

  it('of a photo that the store lacks, or whose segment is deleted meanwhile, are refused with a hint', async () => {
    const { store, home } = await filledStore(1);
    const gather = (number: number): Promise<FeatureMatrix> =>
      gatherFeatures([store], [photoHash(number)], [late], join(home, 'tmp'));
    await expect(gather(99)).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
    expect((await gather(0)).rows).toBe(1);
    for (const file of await filesBelow(home)) await rm(file);
    await expect(gather(0)).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      hint: expect.stringContaining('run the same command again') as string,
    });
  });
});
