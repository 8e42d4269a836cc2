import { realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect } from '../../test/support/collect.ts';
import { findByPattern } from './find-by-pattern.ts';
import type { FindOptions } from './find-files.ts';
import { makePhotoFolder } from './testing/photo-folder.ts';

const files = {
  'a.jpg': '1',
  'b.png': '2',
  'p10.jpg': '3',
  'p9.jpg': '4',
  'in/a.jpg': '5',
  'in/deep/a.jpg': '6',
  'in/deep/er/b.jpg': '7',
  'in-2/c.JPG': '8',
  '.hidden/a.jpg': '9',
  'in/.a.jpg': '10',
  '[x].jpg': '11',
};

async function find(root: string, pattern: string, options?: FindOptions): Promise<string[]> {
  const found = await collect(findByPattern(`${root}/${pattern}`, options));
  return found.map(({ path }) => path.slice(root.length + 1));
}

describe('a pattern', () => {
  it.each([
    ['*.jpg', ['[x].jpg', 'a.jpg', 'p9.jpg', 'p10.jpg']],
    ['p?.jpg', ['p9.jpg']],
    ['[ab].*', ['a.jpg', 'b.png']],
    ['[!a-o]*.jpg', ['[x].jpg', 'p9.jpg', 'p10.jpg']],
    ['{a,b}.{jpg,png}', ['a.jpg', 'b.png']],
    ['*/a.jpg', ['in/a.jpg']],
    ['**/a.jpg', ['a.jpg', 'in/a.jpg', 'in/deep/a.jpg']],
    ['in/**/*.jpg', ['in/a.jpg', 'in/deep/a.jpg', 'in/deep/er/b.jpg']],
    ['**/deep/**', ['in/deep/a.jpg', 'in/deep/er/b.jpg']],
    ['in*', ['in/a.jpg', 'in/deep/a.jpg', 'in/deep/er/b.jpg', 'in-2/c.JPG']],
    [
      '**/*.{jpg,JPG}',
      [
        '[x].jpg',
        'a.jpg',
        'in/a.jpg',
        'in/deep/a.jpg',
        'in/deep/er/b.jpg',
        'in-2/c.JPG',
        'p9.jpg',
        'p10.jpg',
      ],
    ],
    ['[[]x].jpg', ['[x].jpg']],
  ])('%s names its files, each of them once', async (pattern, expected) => {
    await using folder = await makePhotoFolder(files);
    expect((await find(folder.path, pattern)).sort()).toEqual([...expected].sort());
  });

  it('gives files in natural order', async () => {
    await using folder = await makePhotoFolder(files);
    expect(await find(folder.path, 'p*.jpg')).toEqual(['p9.jpg', 'p10.jpg']);
  });

  it.each(['*.gif', 'none/*.jpg', 'a.jpg/*', '[z-a]*'])(
    '%s without a file is listed as missing',
    async (pattern) => {
      await using folder = await makePhotoFolder(files);
      const path = `${folder.path}/${pattern}`;
      expect(await collect(findByPattern(path))).toEqual([
        { path, code: 'PHOTO_NOT_FOUND', reason: 'No file has a name of this pattern.' },
      ]);
    },
  );

  it('leaves out folders that it is told to', async () => {
    await using folder = await makePhotoFolder(files);
    const except = [await realpath(join(folder.path, 'in/deep'))];
    expect(await find(folder.path, '**/a.jpg', { except })).toEqual(['a.jpg', 'in/a.jpg']);
    expect(await find(folder.path, 'i?', { except })).toEqual(['in/a.jpg']);
  });

  it.skipIf(process.platform === 'win32')(
    'follows no links by **, so that none leads round in circles',
    async () => {
      await using folder = await makePhotoFolder(files);
      await symlink('..', join(folder.path, 'in', 'up'));
      await symlink('in', join(folder.path, 'link'));
      expect(await find(folder.path, '**/a.jpg')).toEqual(['a.jpg', 'in/a.jpg', 'in/deep/a.jpg']);
      expect(await find(folder.path, 'li*/a.jpg')).toEqual(['link/a.jpg']);
    },
  );

  it('ends when it is cancelled', async () => {
    await using folder = await makePhotoFolder(files);
    await expect(find(folder.path, '*.jpg', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
