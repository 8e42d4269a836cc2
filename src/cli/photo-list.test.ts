import { chmod, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { collect } from '../../test/support/collect.ts';
import { makePhotoFolder } from '../dataset/testing/photo-folder.ts';
import { listPhotos, type ListOptions, measureList } from './photo-list.ts';

const input = Readable.from([]);

/** The paths below a folder, or `<code> <path>`. */
async function list(
  root: string,
  paths: readonly string[],
  options: Partial<ListOptions> = {},
): Promise<string[]> {
  const photos = await collect(listPhotos(paths, { input, ...options }));
  return photos.map((photo) => {
    const path = photo.path.replace(`${root}/`, '');
    return 'error' in photo ? `${photo.error.code} ${path}` : path;
  });
}

describe('listPhotos', () => {
  it('takes files, folders, patterns and CSV files in the order given', async () => {
    await using folder = await makePhotoFolder({
      'z.gif': '1',
      'in/b.gif': '2',
      'in/a.gif': '3',
      'x/c.gif': '4',
      'lists/some.csv': Buffer.from('name,path\nfirst,../x/c.gif\nsecond,../z.gif\n'),
    });
    const at = (path: string): string => join(folder.path, path);
    expect(await list(folder.path, [at('z.gif'), at('in'), at('*/c.gif'), at('lists/some.csv')])).toEqual([
      'z.gif',
      'in/a.gif',
      'in/b.gif',
      'x/c.gif',
      '../x/c.gif',
      '../z.gif',
    ]);
  });

  it('reads photos of a CSV relative to the CSV', async () => {
    await using folder = await makePhotoFolder({ 'in/a.gif': '1', 'in/l.csv': Buffer.from('path\na.gif\n') });
    const [photo] = await collect(listPhotos([join(folder.path, 'in/l.csv')], { input }));
    expect(photo).toEqual({ path: 'a.gif', file: join(folder.path, 'in/a.gif') });
  });

  it('goes on behind broken rows, missing files and a CSV that cannot be read on', async () => {
    await using folder = await makePhotoFolder({
      'a.gif': '1',
      'rows.csv': Buffer.from('path,label\na.gif,x\na.gif\n,x\nnone.gif,x\na.gif,y\n'),
      'quote.csv': Buffer.from('path\na.gif\n"open\n'),
      'other.csv': Buffer.from('file,label\na.gif,x\n'),
      'empty.csv': Buffer.alloc(0),
      'b.gif': '2',
    });
    const at = (path: string): string => join(folder.path, path);
    const names = ['rows.csv', 'quote.csv', 'other.csv', 'empty.csv', 'b.gif'].map(at);
    expect(await list(folder.path, names)).toEqual([
      'a.gif',
      'INVALID_CSV rows.csv:3',
      'INVALID_CSV rows.csv:4',
      'PHOTO_NOT_FOUND none.gif',
      'a.gif',
      'a.gif',
      'INVALID_CSV quote.csv',
      'INVALID_CSV other.csv',
      'INVALID_CSV empty.csv',
      'b.gif',
    ]);
  });

  it.each([
    ['lines', 'a.gif\r\n\nb c.gif\n'],
    ['lines without an end', 'a.gif\nb c.gif'],
    ['zero bytes, as of find -print0', 'a.gif\0b c.gif\0'],
  ])('takes the paths of an input for -, separated by %s', async (_, text) => {
    await using folder = await makePhotoFolder({ 'a.gif': '1', 'b c.gif': '2', 'z.gif': '3' });
    const named = text.replaceAll(/[ab][ c]*\.gif/g, (name) => join(folder.path, name));
    // Cut in the middle of a path, as pipes do.
    const bytes = Buffer.from(named);
    const stream = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
    expect(await list(folder.path, [join(folder.path, 'z.gif'), '-'], { input: stream })).toEqual([
      'z.gif',
      'a.gif',
      'b c.gif',
    ]);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'lists a folder that cannot be read and goes on',
    async () => {
      await using folder = await makePhotoFolder({ 'in/a.gif': '1', 'z.gif': '2' });
      await chmod(join(folder.path, 'in'), 0);
      expect(await list(folder.path, [folder.path])).toEqual(['z.gif', 'PHOTO_UNREADABLE in']);
      await chmod(join(folder.path, 'in'), 0o755);
    },
  );

  it('leaves out the folders that it is told to, and only those', async () => {
    await using folder = await makePhotoFolder({
      'a.gif': '1',
      'sorted/x/a.gif': '2',
      'x/sorted/b.gif': '3',
    });
    const except = [await realpath(join(folder.path, 'sorted'))];
    expect(await list(folder.path, [folder.path], { except })).toEqual(['a.gif', 'x/sorted/b.gif']);
  });

  it('a file whose name has signs of a pattern is that file', async () => {
    await using folder = await makePhotoFolder({ 'a[1].gif': '1', 'a1.gif': '2' });
    expect(await list(folder.path, [join(folder.path, 'a[1].gif')])).toEqual(['a[1].gif']);
  });
});

describe('measureList', () => {
  it('counts what will be listed and measures the widest path', async () => {
    await using folder = await makePhotoFolder({
      'a.gif': '1',
      'in/バラ.gif': '2',
      'b.txt': Buffer.from('x'),
    });
    const paths = [folder.path, join(folder.path, 'none*.gif')];
    const photos = await collect(listPhotos(paths, { input }));
    expect(await measureList(paths, { input })).toEqual({
      count: photos.length,
      // Kana are two columns wide.
      widest: `${folder.path}/in/`.length + 4 + '.gif'.length,
    });
    expect(photos).toHaveLength(4);
  });

  it('knows nothing of an input that can be read but once', async () => {
    expect(await measureList(['-'], { input })).toBeUndefined();
  });
});
