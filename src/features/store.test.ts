import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openFeatureStore, type FeatureStore } from './store.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';
import { photoHash, rowsOf, tinyBackbone } from './testing/tiny-backbone.ts';

const open = (home: string): Promise<FeatureStore> => openFeatureStore(home, tinyBackbone);

/** The numbers whose rows a freshly opened store finds, with their values checked. */
async function found(home: string, numbers: readonly number[]): Promise<number[]> {
  const store = await open(home);
  const located = await store.locate(numbers.map(photoHash));
  const there: number[] = [];
  for (const number of numbers) {
    const location = located.get(photoHash(number));
    if (location === undefined) continue;
    const { photos, values } = await store.read(location.segment, store.taps);
    expect(photos[location.row]).toBe(photoHash(number));
    expect(location).toMatchObject({ width: 2 * number, height: number });
    const expected = rowsOf([number]);
    values.forEach((tap, index) => {
      const size = store.taps[index]?.size ?? 0;
      const row = tap.subarray(location.row * size, (location.row + 1) * size);
      expect([...row]).toEqual([...(expected.values[index] ?? [])]);
    });
    there.push(number);
  }
  return there;
}

/** A home whose store has two segments, of photos 1 to 3 and of 4 and 5; gives the path of the first. */
async function twoSegments(): Promise<{ home: string; segment: string }> {
  const home = await temporaryFolder();
  const store = await open(home);
  await store.append(rowsOf([1, 2, 3]));
  await store.append(rowsOf([4, 5]));
  const segment = (await store.locate([photoHash(1)])).get(photoHash(1))?.segment ?? '';
  return { home, segment };
}

describe('a feature store', () => {
  it('is empty without a folder, and makes none by being asked', async () => {
    const home = await temporaryFolder();
    expect(await found(home, [1])).toEqual([]);
    expect(await filesBelow(home)).toEqual([]);
  });

  it('finds what was appended, in the same process and in a later one', async () => {
    const { home } = await twoSegments();
    const store = await open(home);
    await store.append(rowsOf([6]));
    expect([...(await store.locate([5, 6, 7].map(photoHash))).keys()]).toEqual([5, 6].map(photoHash));
    expect(await found(home, [1, 2, 3, 4, 5, 6, 7])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('names a segment by its own SHA-256, and leaves no temporary file', async () => {
    const { home } = await twoSegments();
    const files = await filesBelow(home);
    expect(files).toHaveLength(2);
    for (const file of files) expect(file).toMatch(/\/[0-9a-f]{64}\.arrow$/);
  });

  it('keeps networks, numeric forms and variants apart', async () => {
    const { home } = await twoSegments();
    const other = await openFeatureStore(home, { ...tinyBackbone, form: 'float32' });
    expect((await other.locate([photoHash(1)])).size).toBe(0);
    const third = await openFeatureStore(home, { ...tinyBackbone, sha256: 'cd'.repeat(32) });
    expect((await third.locate([photoHash(1)])).size).toBe(0);
    const cut = await openFeatureStore(home, { ...tinyBackbone, variant: '8x8-0123456789ab' });
    expect((await cut.locate([photoHash(1)])).size).toBe(0);
  });

  it('keeps views apart, each in a folder of its own; that of the whole photo has the name it always had', async () => {
    const { home } = await twoSegments();
    const mirrored = await openFeatureStore(home, tinyBackbone, 'whole-mirrored');
    expect((await mirrored.locate([photoHash(1)])).size).toBe(0);
    await mirrored.append(rowsOf([7]));
    const folders = new Set((await filesBelow(home)).map((file) => basename(dirname(file))));
    expect([...folders]).toEqual([
      'abababababababab-uint8-whole-v1',
      'abababababababab-uint8-whole-whole-mirrored-v1',
    ]);
    const [whole, again] = [await open(home), await openFeatureStore(home, tinyBackbone, 'whole-mirrored')];
    expect((await whole.locate([photoHash(1), photoHash(7)])).size).toBe(1);
    expect((await again.locate([photoHash(1), photoHash(7)])).size).toBe(1);
  });

  it('serves a photo whose row lies in two segments from the one that is whole', async () => {
    const { home } = await twoSegments();
    await (await open(home)).append(rowsOf([3, 9]));
    for (const file of await filesBelow(home)) {
      const bytes = await readFile(file);
      if (!bytes.includes(Buffer.from(photoHash(1), 'hex'))) continue;
      await writeFile(file, bytes.subarray(0, bytes.length - 9));
    }
    expect(await found(home, [1, 2, 3, 4, 5, 9])).toEqual([3, 4, 5, 9]);
  });

  it('the same rows appended twice are one segment', async () => {
    const { home } = await twoSegments();
    await (await open(home)).append(rowsOf([4, 5]));
    expect(await filesBelow(home)).toHaveLength(2);
  });

  it('touches a segment that is used, so that pruning goes by the last use', async () => {
    const { home, segment } = await twoSegments();
    const old = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    await utimes(segment, old, old);
    await found(home, [1]);
    expect((await stat(segment)).mtimeMs).toBeGreaterThan(old.getTime() + 1000);
  });

  it('a segment that another process deletes counts as missing', async () => {
    const { home, segment } = await twoSegments();
    const store = await open(home);
    await rm(segment);
    expect([...(await store.locate([1, 4].map(photoHash))).keys()]).toEqual([photoHash(4)]);
  });
});

describe('a damaged segment is set aside, nothing else is lost, and its rows can be written again', () => {
  const flipAt =
    (place: (length: number) => number) =>
    (bytes: Buffer): Buffer => {
      const index = Math.floor(place(bytes.length));
      bytes[index] = (bytes[index] ?? 0) ^ 0x10;
      return bytes;
    };

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['truncated to one byte', (bytes) => bytes.subarray(0, 1)],
    ['truncated by half', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['truncated by its last byte', (bytes) => bytes.subarray(0, -1)],
    ['followed by another byte', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    ['full of zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['of another kind', () => Buffer.from('GIF89a, and some more bytes of a picture')],
    ...Array.from({ length: 40 }, (_, index): [string, (bytes: Buffer) => Buffer] => [
      `with a bit flipped at ${index}/40 of its length`,
      flipAt((length) => (length * index) / 40),
    ]),
    ['with a bit flipped in its last byte', flipAt((length) => length - 1)],
    ['with a bit flipped in the length of its footer', flipAt((length) => length - 10)],
  ])('%s', async (_, damage) => {
    const { home, segment } = await twoSegments();
    const bytes = damage(await readFile(segment));
    await writeFile(segment, bytes);
    expect(await found(home, [1, 2, 3, 4, 5])).toEqual([4, 5]);
    const files = await filesBelow(dirname(segment));
    expect(files.filter((file) => file.endsWith('.broken'))).toEqual([`${segment}.broken`]);
    expect((await readFile(`${segment}.broken`)).equals(bytes)).toBe(true);
    await (await open(home)).append(rowsOf([1, 2, 3]));
    expect(await found(home, [1, 2, 3, 4, 5])).toEqual([1, 2, 3, 4, 5]);
  });

  it('a segment under another name, and one of another network, are not believed', async () => {
    const { home, segment } = await twoSegments();
    await rename(segment, join(dirname(segment), `${'0'.repeat(64)}.arrow`));
    expect(await found(home, [1, 4])).toEqual([4]);

    const other = { ...tinyBackbone, sha256: 'cd'.repeat(32) };
    const store = await openFeatureStore(home, other);
    await store.append(rowsOf([8]));
    const foreign = (await store.locate([photoHash(8)])).get(photoHash(8))?.segment ?? '';
    await copyFile(foreign, join(dirname(segment), foreign.slice(dirname(foreign).length + 1)));
    expect(await found(home, [4, 8])).toEqual([4]);
  });

  it('a segment of another variant is not believed', async () => {
    const { home, segment } = await twoSegments();
    const cut = await openFeatureStore(home, { ...tinyBackbone, variant: '8x8-0123456789ab' });
    await cut.append(rowsOf([8]));
    const foreign = (await cut.locate([photoHash(8)])).get(photoHash(8))?.segment ?? '';
    expect(dirname(foreign)).toBe(dirname(segment).replace(/whole/, '8x8-0123456789ab'));
    await copyFile(foreign, join(dirname(segment), basename(foreign)));
    expect(await found(home, [4, 8])).toEqual([4]);
  });

  it('other files and folders in the store are left alone', async () => {
    const { home, segment } = await twoSegments();
    await writeFile(join(dirname(segment), 'notes.txt'), 'mine');
    await mkdir(join(dirname(segment), 'folder'));
    expect(await found(home, [1, 4])).toEqual([1, 4]);
    expect(await readFile(join(dirname(segment), 'notes.txt'), 'utf8')).toBe('mine');
  });
});

it('two processes that write at once lose nothing', async () => {
  const home = await temporaryFolder();
  const script = fileURLToPath(new URL('testing/append-in-process.ts', import.meta.url));
  const run = promisify(execFile);
  await Promise.all(
    ['0', '20'].map((first) => run(process.execPath, ['--import', 'tsx', script, home, first, '10'])),
  );
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  expect(await found(home, numbers)).toEqual(numbers);
  expect(await filesBelow(home)).toHaveLength(20);
});
