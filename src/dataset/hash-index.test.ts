import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHashIndex } from './hash-index.ts';
import { scanDataset } from './scan.ts';
import { makePhotoFolder, tinyGif, type PhotoFolder } from './testing/photo-folder.ts';

const files = { 'cat/a.gif': '1', 'cat/b.gif': '2', 'dog/c.gif': '3' };
const stamp = { size: 1, mtimeMs: 1.5, ctimeMs: 2.5 };
const sha = 'ab'.repeat(32);

async function indexFile(folder: PhotoFolder): Promise<string> {
  const names = await readdir(join(folder.home, 'hashes'));
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
  return join(folder.home, 'hashes', names[0] ?? '');
}

/** Puts another hash into the index, as only a scan that reads the photo would notice. */
async function forgeHash(folder: PhotoFolder, path: string): Promise<void> {
  const file = join(folder.path, path);
  const { size, mtimeMs, ctimeMs } = await stat(file);
  const index = await openHashIndex(folder.home, folder.path);
  index.add(path, { size, mtimeMs, ctimeMs }, sha);
  await index.save('interrupted');
}

async function hashOf(folder: PhotoFolder, path: string): Promise<string | undefined> {
  const { photos } = await scanDataset(folder.path, { home: folder.home });
  return photos.find((photo) => photo.path === path)?.sha256;
}

describe('openHashIndex', () => {
  it('lets a scan take unchanged photos from it without reading them', async () => {
    await using folder = await makePhotoFolder(files);
    await hashOf(folder, 'cat/a.gif');
    await forgeHash(folder, 'cat/a.gif');
    expect(await hashOf(folder, 'cat/a.gif')).toBe(sha);
  });

  it('has photos read again whose bytes changed, even with size and time put back', async () => {
    await using folder = await makePhotoFolder(files);
    const file = join(folder.path, 'cat/a.gif');
    await hashOf(folder, 'cat/a.gif');
    await forgeHash(folder, 'cat/a.gif');
    const { atime, mtime } = await stat(file);
    await writeFile(file, tinyGif('9'));
    await utimes(file, atime, mtime);
    expect(await hashOf(folder, 'cat/a.gif')).not.toBe(sha);
  });

  it.each<[string, (text: string) => string]>([
    ['cut short', (text) => text.slice(0, -20)],
    ['changed in one place', (text) => text.replace(sha, `0${sha.slice(1)}`)],
    ['of another version', (text) => text.replace('"version":1', '"version":2')],
    ['emptied', () => ''],
    ['replaced', () => '{"version":1}\nnonsense'],
  ])('ignores and replaces an index that was %s', async (_, damage) => {
    await using folder = await makePhotoFolder(files);
    const right = await hashOf(folder, 'cat/a.gif');
    await forgeHash(folder, 'cat/a.gif');
    const file = await indexFile(folder);
    await writeFile(file, damage(await readFile(file, 'utf8')));
    expect(await hashOf(folder, 'cat/a.gif')).toBe(right);
    expect((await readFile(file, 'utf8')).includes(right ?? 'none')).toBe(true);
  });

  it('forgets photos that are gone after a complete scan, and keeps them after an interrupted one', async () => {
    await using folder = await makePhotoFolder();
    const first = await openHashIndex(folder.home, '/photos');
    first.add('a', stamp, sha);
    first.add('__proto__', stamp, sha);
    await first.save('complete');
    const second = await openHashIndex(folder.home, '/photos');
    second.add('b', stamp, sha);
    await second.save('interrupted');
    const third = await openHashIndex(folder.home, '/photos');
    expect(['a', '__proto__', 'b'].map((path) => third.find(path, stamp))).toEqual([sha, sha, sha]);
    const fourth = await openHashIndex(folder.home, '/photos');
    expect(fourth.find('a', stamp)).toBe(sha);
    await fourth.save('complete');
    const fifth = await openHashIndex(folder.home, '/photos');
    expect(['a', 'b'].map((path) => fifth.find(path, stamp))).toEqual([sha, undefined]);
  });

  it('is written only when something changed', async () => {
    await using folder = await makePhotoFolder(files);
    await hashOf(folder, 'cat/a.gif');
    const { ino } = await stat(await indexFile(folder));
    await hashOf(folder, 'cat/a.gif');
    expect((await stat(await indexFile(folder))).ino).toBe(ino);
  });

  it('does not end a scan when it cannot be written', async () => {
    await using folder = await makePhotoFolder(files);
    await mkdir(join(folder.home, '..'), { recursive: true });
    await writeFile(folder.home, 'a file where the folder should be');
    const { photos } = await scanDataset(folder.path, { home: folder.home });
    expect(photos).toHaveLength(3);
  });
});
