import type * as FileSystem from 'node:fs/promises';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../features/testing/temporary-folder.ts';
import { placeFile, type PlacedFile } from './place-file.ts';

// A disk without second names of files, in folders of that name.
vi.mock('node:fs/promises', async (importOriginal) => {
  const actual = await importOriginal<typeof FileSystem>();
  return {
    ...actual,
    link: (from: string, to: string) =>
      to.includes('no-links')
        ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))
        : actual.link(from, to),
  };
});

function put(folder: string, name: string, content: string): Promise<PlacedFile> {
  return placeFile(folder, name, (temporary) => writeFile(temporary, content));
}

describe.each(['links', 'no-links'])('placeFile on a disk with %s', (kind) => {
  it('never writes over another file, and leaves the same bytes where they are', async () => {
    const folder = join(await temporaryFolder(), kind);
    const placed = [
      await put(folder, 'photo.jpg', 'one'),
      await put(folder, 'photo.jpg', 'two'),
      await put(folder, 'photo.jpg', 'one'),
      await put(folder, 'photo.jpg', 'six'),
      await put(folder, 'photo.jpg', 'six'),
      await put(folder, 'photo', 'one'),
    ];
    expect(placed.map(({ path, isNew }) => [basename(path), isNew])).toEqual([
      ['photo.jpg', true],
      ['photo-2.jpg', true],
      ['photo.jpg', false],
      ['photo-3.jpg', true],
      ['photo-3.jpg', false],
      ['photo', true],
    ]);
    expect((await readdir(folder)).sort()).toEqual(['photo', 'photo-2.jpg', 'photo-3.jpg', 'photo.jpg']);
    expect(await readFile(join(folder, 'photo.jpg'), 'utf8')).toBe('one');
    expect(await readFile(join(folder, 'photo-2.jpg'), 'utf8')).toBe('two');
  });

  it('makes way for a folder that has its name', async () => {
    const folder = join(await temporaryFolder(), kind);
    await mkdir(join(folder, 'photo.jpg'), { recursive: true });
    expect(await put(folder, 'photo.jpg', 'one')).toEqual({ path: join(folder, 'photo-2.jpg'), isNew: true });
  });

  it('leaves nothing behind when the writing fails', async () => {
    const folder = join(await temporaryFolder(), kind);
    const failing = placeFile(folder, 'photo.jpg', async (temporary) => {
      await writeFile(temporary, 'half');
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    await expect(failing).rejects.toMatchObject({ code: 'OUT_OF_DISK' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets many files of one name be placed at once', async () => {
    const folder = join(await temporaryFolder(), kind);
    const placed = await Promise.all(
      Array.from({ length: 20 }, (_, number) => put(folder, 'photo.jpg', `photo ${number}`)),
    );
    expect(new Set(placed.map(({ path }) => path)).size).toBe(20);
    const contents = await Promise.all(placed.map(({ path }) => readFile(path, 'utf8')));
    expect(contents).toEqual(Array.from({ length: 20 }, (_, number) => `photo ${number}`));
  });
});

it('says which folder cannot be made', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), 'x');
  await expect(put(join(folder, 'file', 'in'), 'a.jpg', 'one')).rejects.toMatchObject({
    code: 'NOT_WRITABLE',
  });
});
