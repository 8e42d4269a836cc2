import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listImages } from './list-images.ts';
import { makePhotoFolder } from './testing/photo-folder.ts';

describe('listImages', () => {
  it('gives files in the order given, and what is in folders in natural order', async () => {
    await using folder = await makePhotoFolder({
      'z.gif': '1',
      'in/p10.gif': '2',
      'in/p9.gif': '3',
      'in/deep/q.gif': '4',
      'in/.x.gif': '5',
    });
    const inner = join(folder.path, 'in');
    const { files, skipped } = await listImages([join(folder.path, 'z.gif'), inner, `${inner}/`]);
    const found = ['deep/q.gif', 'p9.gif', 'p10.gif'].map((name) => join(inner, name));
    expect(files.map(({ path }) => path)).toEqual([join(folder.path, 'z.gif'), ...found, ...found]);
    expect(files.map(({ order }) => order)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(skipped).toEqual([]);
  });

  it('keeps paths as given, and makes them absolute for reading', async () => {
    await using folder = await makePhotoFolder({ 'a.gif': '1' });
    const given = `${folder.path}/../photos/a.gif`;
    expect((await listImages([given])).files).toEqual([
      { path: given, file: join(folder.path, 'a.gif'), order: 0 },
    ]);
  });

  it('lists what is no image with its place in the order', async () => {
    await using folder = await makePhotoFolder({
      'a.gif': '1',
      'b.jpg': Buffer.from('<html>'),
      'c.jpg': Buffer.alloc(0),
      'd.gif': '2',
    });
    const { files, skipped } = await listImages([join(folder.path, 'none.jpg'), folder.path]);
    expect(files.map(({ order }) => order)).toEqual([1, 4]);
    expect(skipped.map(({ code, order }) => [code, order])).toEqual([
      ['PHOTO_NOT_FOUND', 0],
      ['NOT_AN_IMAGE', 2],
      ['PHOTO_EMPTY', 3],
    ]);
  });

  it.skipIf(process.platform === 'win32')('does not follow links that loop', async () => {
    await using folder = await makePhotoFolder({ 'in/a.gif': '1' });
    await symlink('..', join(folder.path, 'in', 'up'));
    expect((await listImages([folder.path])).files).toHaveLength(1);
  });

  it('ends when it is cancelled', async () => {
    await using folder = await makePhotoFolder({ 'a.gif': '1' });
    await expect(listImages([folder.path], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
