import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SkippedPhoto } from './dataset.ts';
import { openHashIndex } from './hash-index.ts';
import { hashPhotos } from './hash-photos.ts';
import type { Candidate } from './photo-source.ts';
import { statPhoto } from './read-photo.ts';
import { makePhotoFolder, type PhotoFolder } from './testing/photo-folder.ts';

const names = Array.from({ length: 100 }, (_, index) => `cat/${index}.gif`);
const files = Object.fromEntries(names.map((name) => [name, name]));

async function* candidates(
  folder: PhotoFolder,
  before: (index: number) => void = () => undefined,
): AsyncGenerator<Candidate> {
  for (const [index, path] of names.entries()) {
    before(index);
    yield await Promise.resolve({ path, file: join(folder.path, path), label: 'cat' });
  }
}

async function countIndexed(folder: PhotoFolder): Promise<number> {
  const index = await openHashIndex(folder.home, folder.path);
  let found = 0;
  for (const path of names) {
    const stamp = await statPhoto(join(folder.path, path));
    if (!('code' in stamp) && index.find(path, stamp) !== undefined) found++;
  }
  return found;
}

describe('hashPhotos', () => {
  it('keeps the hashes so far when it is cancelled', async () => {
    await using folder = await makePhotoFolder(files);
    const abort = new AbortController();
    const index = await openHashIndex(folder.home, folder.path);
    const source = candidates(folder, (at) => {
      if (at === 50) abort.abort();
    });
    const hashing = hashPhotos(source, { index, skipped: [], onFile: () => undefined, signal: abort.signal });
    await expect(hashing).rejects.toMatchObject({ code: 'CANCELLED' });
    const indexed = await countIndexed(folder);
    expect(indexed).toBeGreaterThanOrEqual(40);
    expect(indexed).toBeLessThanOrEqual(50);
  });

  it('passes on what the source of candidates throws', async () => {
    await using folder = await makePhotoFolder(files);
    const index = await openHashIndex(folder.home, folder.path);
    const source = candidates(folder, (at) => {
      if (at === 20) throw new RangeError('broken source');
    });
    const hashing = hashPhotos(source, { index, skipped: [], onFile: () => undefined });
    await expect(hashing).rejects.toThrow(new RangeError('broken source'));
  });

  it('tells of each file once, photo or not', async () => {
    await using folder = await makePhotoFolder({ ...files, 'cat/7.gif': Buffer.from('text') });
    const index = await openHashIndex(folder.home, folder.path);
    const skipped: SkippedPhoto[] = [];
    let told = 0;
    const photos = await hashPhotos(candidates(folder), { index, skipped, onFile: () => told++ });
    expect([photos.length, skipped.length, told]).toEqual([99, 1, 100]);
  });
});
