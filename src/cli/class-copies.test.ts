import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, temporaryFolder } from '../features/testing/temporary-folder.ts';
import type { Prediction } from '../prediction.ts';
import { openClassCopies } from './class-copies.ts';

const predicted = (label: string, more: Partial<Prediction> = {}): Prediction => ({
  path: 'given',
  label,
  probability: 0.9,
  top: [],
  ...more,
});

async function photo(name = 'photo.jpg', content = 'bytes'): Promise<{ file: string; root: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), content);
  return { file: join(folder, name), root: join(folder, 'sorted') };
}

describe('copies of one label a photo', () => {
  it('lie in the folder of their class, and keep the time of the photo', async () => {
    const { file, root } = await photo();
    await utimes(file, 1_000_000, 1_234_567);
    const copies = openClassCopies(root, { labels: ['roses', 'tulips'], task: 'single-label' });
    expect(await copies.add(file, predicted('tulips'))).toEqual([join(root, 'tulips', 'photo.jpg')]);
    expect(await copies.add(file, predicted('tulips'))).toEqual([join(root, 'tulips', 'photo.jpg')]);
    expect(await readFile(join(root, 'tulips', 'photo.jpg'), 'utf8')).toBe('bytes');
    expect((await stat(join(root, 'tulips', 'photo.jpg'))).mtimeMs).toBe(1_234_567_000);
    expect([...copies.counts]).toEqual([['tulips', 1]]);
    expect(copies.known).toBe(1);
  });

  it('of no class lie in `unknown`, and beside a class of that name in another folder', async () => {
    const { file, root } = await photo();
    const none = predicted('a', { unknown: { score: 3, isUnknown: true } });
    const some = openClassCopies(root, { labels: ['a', 'b'], task: 'single-label' });
    expect(await some.add(file, none)).toEqual([join(root, 'unknown', 'photo.jpg')]);
    const both = openClassCopies(join(root, 'x'), { labels: ['a', 'Unknown'], task: 'single-label' });
    expect(await both.add(file, none)).toEqual([join(root, 'x', '2-unknown', 'photo.jpg')]);
  });

  it.each(['../up', '..', '/etc', 'a/b', 'a\\b', '', '.hidden', 'nul\0'])(
    'of a class %j stay inside the folder that was given',
    async (label) => {
      const { file, root } = await photo();
      const copies = openClassCopies(root, { labels: [label, 'other'], task: 'single-label' });
      const [path = ''] = await copies.add(file, predicted(label));
      expect(path.startsWith(join(root, '/'))).toBe(true);
      expect(path.slice(root.length + 1).split('/')).toHaveLength(2);
      expect(await filesBelow(root)).toEqual([path]);
    },
  );

  it('are none of a photo that could not be read', async () => {
    const { file, root } = await photo();
    const copies = openClassCopies(root, { labels: ['a', 'b'], task: 'single-label' });
    const failed = {
      path: '',
      label: null,
      probability: null,
      top: [],
      error: { code: 'PHOTO_EMPTY', reason: '' },
    } as const;
    expect(await copies.add(file, failed)).toEqual([]);
  });

  it('of a photo that is gone by now are told by a code of the photo', async () => {
    const { file, root } = await photo();
    const copies = openClassCopies(root, { labels: ['a', 'b'], task: 'single-label' });
    await expect(copies.add(`${file}.gone`, predicted('a'))).rejects.toMatchObject({
      code: 'PHOTO_NOT_FOUND',
    });
    expect(await filesBelow(root)).toEqual([]);
  });
});

it('copies of several labels lie in the folder of each, or in `no-label`', async () => {
  const { file, root } = await photo();
  const copies = openClassCopies(root, { labels: ['boat', 'sea', 'sky'], task: 'multi-label' });
  const labels = ['sky', 'boat'].map((label) => ({ label, probability: 0.8 }));
  expect(await copies.add(file, predicted('sky', { labels }))).toEqual([
    join(root, 'sky', 'photo.jpg'),
    join(root, 'boat', 'photo.jpg'),
  ]);
  expect(await copies.add(file, predicted('sea', { labels: [] }))).toEqual([
    join(root, 'no-label', 'photo.jpg'),
  ]);
});
