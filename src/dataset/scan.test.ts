import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../shared/progress.ts';
import type { Dataset } from './dataset.ts';
import { scanDataset } from './scan.ts';
import { makePhotoFolder, tinyGif, type PhotoFolder } from './testing/photo-folder.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

async function scan(folder: PhotoFolder, options: { nested?: boolean } = {}): Promise<Dataset> {
  return scanDataset(folder.path, { home: folder.home, ...options });
}

function labelled(dataset: Dataset): string[] {
  return dataset.photos.map(({ path, label, part }) =>
    [path, dataset.classes[label], part].filter(Boolean).join(' = '),
  );
}

describe('scanDataset on class folders', () => {
  it('gives photos with class, hash and absolute path, all in natural order', async () => {
    await using folder = await makePhotoFolder({
      'b10/z.jpg': '1',
      'b9/photo10.jpg': '2',
      'b9/photo9.jpg': '3',
      'Ärger 日本/x.png': '4',
    });
    const dataset = await scan(folder);
    expect(dataset).toMatchObject({ root: folder.path, name: 'photos', skipped: [], notices: [] });
    expect(dataset.classes).toEqual(['Ärger 日本', 'b9', 'b10']);
    expect(dataset.photos.map(({ path }) => path)).toEqual([
      'Ärger 日本/x.png',
      'b9/photo9.jpg',
      'b9/photo10.jpg',
      'b10/z.jpg',
    ]);
    expect(dataset.photos[1]).toEqual({
      path: 'b9/photo9.jpg',
      file: join(folder.path, 'b9', 'photo9.jpg'),
      label: 1,
      sha256: createHash('sha256').update(tinyGif('3')).digest('hex'),
    });
  });

  it('counts folders below a class folder as the class', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'cat/2024/may/b.gif': '2',
      'dog/c.gif': '3',
    });
    expect(labelled(await scan(folder))).toEqual([
      'cat/2024/may/b.gif = cat',
      'cat/a.gif = cat',
      'dog/c.gif = dog',
    ]);
  });

  it('makes each folder with photos a class when nested', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'bird/owl/b.gif': '2',
      'bird/owl/barn/c.gif': '3',
    });
    const dataset = await scan(folder, { nested: true });
    expect(dataset.classes).toEqual(['bird/owl', 'bird/owl/barn', 'cat']);
    expect(dataset.photos.map(({ label }) => label)).toEqual([0, 1, 2]);
  });

  it('ignores hidden and system files, and says how many', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'cat/.DS_Store': '2',
      'cat/._a.gif': '3',
      'cat/Thumbs.db': '4',
      'dog/b.gif': '5',
      'dog/desktop.ini': '6',
      '__MACOSX/dog/b.gif': '7',
      '.git/x.gif': '8',
    });
    const dataset = await scan(folder);
    expect(dataset.photos).toHaveLength(2);
    expect(dataset.skipped).toEqual([]);
    expect(dataset.notices).toEqual(['Left out 6 hidden or system files and folders.']);
  });

  it('names empty class folders and photos outside of them', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'dog/b.gif': '2',
      'lost.gif': '3',
      'LICENSE.txt': bytes('MIT'),
    });
    await mkdir(join(folder.path, 'bird', 'empty'), { recursive: true });
    const dataset = await scan(folder);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.notices).toEqual([
      '1 class folder is empty: bird.',
      '1 photo lies outside the class folders and was left out: lost.gif.',
    ]);
  });

  it('keeps class names apart that differ in Unicode form only, and says so', async () => {
    await using folder = await makePhotoFolder({ 'caf\u00e9/a.gif': '1', 'cafe\u0301/b.gif': '2' });
    const dataset = await scan(folder);
    expect(dataset.classes).toHaveLength(2);
    expect(dataset.notices).toEqual([expect.stringMatching(/2 classes look the same, "caf\u00e9"/)]);
  });

  it('leaves out all copies of a photo that lies in two classes', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': 'same',
      'cat/b.gif': '2',
      'dog/c.gif': 'same',
      'dog/d.gif': '4',
    });
    const dataset = await scan(folder);
    expect(labelled(dataset)).toEqual(['cat/b.gif = cat', 'dog/d.gif = dog']);
    expect(dataset.skipped).toEqual([
      {
        path: 'cat/a.gif',
        code: 'PHOTO_IN_TWO_CLASSES',
        reason: expect.stringContaining('"dog", as dog/c.gif') as string,
      },
      {
        path: 'dog/c.gif',
        code: 'PHOTO_IN_TWO_CLASSES',
        reason: expect.stringContaining('"cat", as cat/a.gif') as string,
      },
    ]);
  });

  it('keeps copies within a class and counts them', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': 'x',
      'cat/b.gif': 'x',
      'cat/c.gif': 'x',
      'dog/d.gif': 'y',
    });
    const dataset = await scan(folder);
    expect(dataset.photos).toHaveLength(4);
    expect(dataset.notices).toEqual([expect.stringMatching(/^2 photos are exact copies/)]);
  });
});

describe('scanDataset on files that are no photos', () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ['empty.jpg', bytes(''), 'PHOTO_EMPTY', /0 bytes/],
    ['page.jpg', bytes('\n<!DOCTYPE html><title>404'), 'NOT_AN_IMAGE', /begins like an HTML page/],
    ['notes.txt', bytes('hello'), 'NOT_AN_IMAGE', /is text/],
    ['labels.jpg', bytes('{"a": 1}'), 'NOT_AN_IMAGE', /JSON/],
    ['lfs.jpg', bytes('version https://git-lfs.github.com/spec/v1\noid'), 'NOT_AN_IMAGE', /git lfs pull/],
    ['zeros.jpg', new Uint8Array(5000), 'NOT_AN_IMAGE', /zeros/],
    ['film.jpg', bytes('\0\0\0\x18ftypmp42\0\0\0\0mp42isom'), 'NOT_AN_IMAGE', /video/],
    ['paper.png', bytes('%PDF-1.7'), 'NOT_AN_IMAGE', /PDF/],
    ['noise.png', bytes('\x01\x02\xfe\xff'), 'NOT_AN_IMAGE', /any image format/],
    ['phone.jpg', bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'FORMAT_UNSUPPORTED', /HEIC.*JPEG/],
    ['paint.png', bytes(`BM${'\0'.repeat(12)}\x28${'\0'.repeat(40)}`), 'FORMAT_UNSUPPORTED', /BMP.*PNG/],
    ['logo.svg', bytes('<?xml version="1.0"?><svg xmlns="x"/>'), 'FORMAT_UNSUPPORTED', /SVG.*PNG/],
  ])('lists %s', async (name, content, code, reason) => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'dog/b.gif': '2',
      [`cat/${name}`]: content,
    });
    const dataset = await scan(folder);
    expect(dataset.photos).toHaveLength(2);
    expect(dataset.skipped).toEqual([
      { path: `cat/${name}`, code, reason: expect.stringMatching(reason) as string },
    ]);
  });

  it('goes by content where the name says something else', async () => {
    await using folder = await makePhotoFolder({
      'cat/a': '1',
      'dog/b.txt': '2',
      'dog/c.heic': bytes('\xff\xd8\xff\xe0 photo'),
    });
    expect((await scan(folder)).photos.map(({ path }) => path)).toEqual(['cat/a', 'dog/b.txt', 'dog/c.heic']);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    await using folder = await makePhotoFolder({ 'cat/a.gif': '1', 'dog/b.gif': '2' });
    execFileSync('mkfifo', [join(folder.path, 'cat', 'pipe.jpg')]);
    expect((await scan(folder)).skipped).toMatchObject([{ path: 'cat/pipe.jpg', code: 'NOT_AN_IMAGE' }]);
  });

  it.skipIf(process.platform === 'win32')('lists photos and folders without read permission', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'cat/b.gif': '2',
      'dog/c.gif': '3',
      'dog/in/d.gif': '4',
    });
    await chmod(join(folder.path, '..'), 0o755);
    await chmod(join(folder.path, 'cat', 'b.gif'), 0);
    await chmod(join(folder.path, 'dog', 'in'), 0);
    const dataset = await asUnprivileged(() => scan(folder));
    await chmod(join(folder.path, 'dog', 'in'), 0o700);
    expect(labelled(dataset)).toEqual(['cat/a.gif = cat', 'dog/c.gif = dog']);
    expect(dataset.skipped).toEqual([
      { path: 'cat/b.gif', code: 'PHOTO_UNREADABLE', reason: expect.stringContaining('EACCES') as string },
      { path: 'dog/in', code: 'PHOTO_UNREADABLE', reason: expect.stringContaining('EACCES') as string },
    ]);
  });

  it.skipIf(process.platform === 'win32')('says when the data set itself cannot be read', async () => {
    await using folder = await makePhotoFolder({ 'cat/a.gif': '1' });
    await chmod(join(folder.path, '..'), 0o755);
    await chmod(folder.path, 0);
    const failure = await asUnprivileged(() => scan(folder).catch((error: unknown) => error));
    expect(failure).toMatchObject({
      code: 'DATASET_UNREADABLE',
      message: expect.stringContaining(folder.path) as string,
    });
  });
});

describe.skipIf(process.platform === 'win32')('scanDataset on links', () => {
  it('follows them out of the folder', async () => {
    await using outside = await makePhotoFolder({ 'one.gif': '1', 'more/two.gif': '2' });
    await using folder = await makePhotoFolder({ 'cat/a.gif': '3', 'dog/b.gif': '4' });
    await symlink(join(outside.path, 'one.gif'), join(folder.path, 'cat', 'one.gif'));
    await symlink(join(outside.path, 'more'), join(folder.path, 'bird'));
    const dataset = await scan(folder);
    expect(labelled(dataset)).toEqual([
      'bird/two.gif = bird',
      'cat/a.gif = cat',
      'cat/one.gif = cat',
      'dog/b.gif = dog',
    ]);
    expect(dataset.notices).toEqual([]);
  });

  it('does not follow loops, and names them', async () => {
    await using folder = await makePhotoFolder({ 'cat/a.gif': '1', 'dog/in/b.gif': '2' });
    await symlink('..', join(folder.path, 'cat', 'up'));
    await symlink('/', join(folder.path, 'cat', 'top'));
    await symlink('.', join(folder.path, 'root'));
    await symlink('..', join(folder.path, 'dog', 'in', 'dog'));
    const dataset = await scan(folder);
    expect(labelled(dataset)).toEqual(['cat/a.gif = cat', 'dog/in/b.gif = dog']);
    expect(dataset.notices).toEqual([
      'Did not follow 4 links to folders that are read already (loops): cat/top, cat/up, dog/in/dog, root.',
    ]);
  });

  it('ends where two folders link to each other', async () => {
    await using folder = await makePhotoFolder({ 'cat/x/a.gif': '1', 'cat/y/b.gif': '2', 'dog/c.gif': '3' });
    await symlink(join('..', 'y'), join(folder.path, 'cat', 'x', 'y'));
    await symlink(join('..', 'x'), join(folder.path, 'cat', 'y', 'x'));
    const dataset = await scan(folder);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.notices.join()).toContain('loops');
    expect(dataset.photos.length).toBeLessThan(10);
  });

  it('lists broken ones', async () => {
    await using folder = await makePhotoFolder({ 'cat/a.gif': '1', 'dog/b.gif': '2' });
    await symlink('nowhere.gif', join(folder.path, 'cat', 'broken.gif'));
    await symlink('self.gif', join(folder.path, 'cat', 'self.gif'));
    expect((await scan(folder)).skipped).toEqual([
      {
        path: 'cat/broken.gif',
        code: 'PHOTO_NOT_FOUND',
        reason: expect.stringContaining('does not exist') as string,
      },
      {
        path: 'cat/self.gif',
        code: 'PHOTO_NOT_FOUND',
        reason: expect.stringContaining('back to itself') as string,
      },
    ]);
  });
});

describe('scanDataset on train, val and test folders', () => {
  it('takes the parts from the folders, in any of their names', async () => {
    await using folder = await makePhotoFolder({
      'Training/cat/a.gif': '1',
      'Training/dog/b.gif': '2',
      'valid/cat/c.gif': '3',
      'validation/dog/d.gif': '4',
      'testing/cat/e.gif': '5',
      'extra/cat/f.gif': '6',
    });
    const dataset = await scan(folder);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(labelled(dataset)).toEqual([
      'testing/cat/e.gif = cat = test',
      'Training/cat/a.gif = cat = training',
      'valid/cat/c.gif = cat = validation',
      'Training/dog/b.gif = dog = training',
      'validation/dog/d.gif = dog = validation',
    ]);
    expect(dataset.notices).toEqual(['Not used, as they are neither training, validation nor test: extra.']);
  });

  it('names nested classes below the part', async () => {
    await using folder = await makePhotoFolder({
      'train/a/b/x.gif': '1',
      'train/c/y.gif': '2',
      'test/a/b/z.gif': '3',
    });
    expect((await scan(folder, { nested: true })).classes).toEqual(['a/b', 'c']);
  });

  it('moves photos with a copy in the test part there, and says so', async () => {
    await using folder = await makePhotoFolder({
      'train/a/x.gif': 'same',
      'train/a/w.gif': '1',
      'train/b/y.gif': '2',
      'test/a/z.gif': 'same',
    });
    const dataset = await scan(folder);
    expect(dataset.photos.find(({ path }) => path === 'train/a/x.gif')?.part).toBe('test');
    expect(dataset.notices.join()).toContain(
      '1 photo has a copy in the test or validation part and was moved there: train/a/x.gif',
    );
  });

  it('takes a class called train for a class', async () => {
    await using folder = await makePhotoFolder({ 'train/a.gif': '1', 'bus/b.gif': '2', 'car/c.gif': '3' });
    const dataset = await scan(folder);
    expect(dataset.classes).toEqual(['bus', 'car', 'train']);
    expect(dataset.photos.every(({ part }) => part === undefined)).toBe(true);
  });

  it('asks for class folders when photos lie right in the parts', async () => {
    await using folder = await makePhotoFolder({ 'train/a.gif': '1', 'test/b.gif': '2' });
    await expect(scan(folder)).rejects.toMatchObject({
      code: 'NO_CLASSES',
      hint: expect.stringContaining('2 photos lie right in test, train') as string,
    });
  });
});

describe('scanDataset on a CSV', () => {
  const scanCsv = async (folder: PhotoFolder, csv: string): Promise<Dataset> => {
    const file = join(folder.path, 'my list.csv');
    await writeFile(file, csv);
    return scanDataset(file, { home: folder.home });
  };

  it('reads paths relative to the CSV, labels as written, and parts', async () => {
    await using folder = await makePhotoFolder({ 'img/a, "x".jpg': '1', 'img/b.jpg': '2', 'c.jpg': '3' });
    const absolute = join(folder.path, 'c.jpg');
    const csv = `\ufeffpath,label,split\r\n"img/a, ""x"".jpg", Große Katze ,val\r\n./img/b.jpg,dog,TEST\r\n${absolute},dog,\r\nimg\\b.jpg,dog,test\r\n`;
    const dataset = await scanCsv(folder, csv);
    expect(dataset).toMatchObject({ root: folder.path, name: 'my list', classes: [' Große Katze ', 'dog'] });
    expect(labelled(dataset)).toEqual([
      'img/a, "x".jpg =  Große Katze  = validation',
      'c.jpg = dog',
      'img/b.jpg = dog = test',
    ]);
    expect(dataset.notices).toEqual(['1 row of the CSV repeats an earlier one.']);
  });

  it('lists photos that are missing, folders, and photos with two labels', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1', 'b.jpg': '2', 'in/c.jpg': '3', 'd.jpg': '4' });
    const dataset = await scanCsv(
      folder,
      'path,label\na.jpg,x\nb.jpg,y\nnone.jpg,x\nin,x\nd.jpg,x\nd.jpg,y\n',
    );
    expect(dataset.skipped.map(({ path, code }) => [path, code])).toEqual([
      ['d.jpg', 'PHOTO_IN_TWO_CLASSES'],
      ['d.jpg', 'PHOTO_IN_TWO_CLASSES'],
      ['in', 'NOT_AN_IMAGE'],
      ['none.jpg', 'PHOTO_NOT_FOUND'],
    ]);
    expect(dataset.photos).toHaveLength(2);
  });

  it.each([
    ['path,class\na.jpg,x', /line 1, column 1: expected a header with the columns path and label/],
    ['path,label\na.jpg,', /line 2, column 7: expected the name of a class/],
    ['path,label\n ,x', /line 2, column 1: expected the path/],
    ['path,label,split\na.jpg,x,dev', /line 2, column 9: expected train, .*found "dev"/],
    ['path,label,split\na.jpg,x,val\na.jpg,x,test', /line 3, column 9: .*line 2/],
    ['path,label\na.jpg,x,y', /line 2, column 9: expected 2 cells/],
    ['path,label\n"a.jpg,x', /line 2, column 1: a quote opens/],
  ])('refuses %j with file, line and column', async (csv, message) => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1' });
    await expect(scanCsv(folder, csv)).rejects.toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringMatching(new RegExp(`my list\\.csv, ${message.source}`)) as string,
      hint: expect.any(String) as string,
    });
  });

  it('says which photo was the first not to be found when none is', async () => {
    await using folder = await makePhotoFolder();
    await expect(scanCsv(folder, 'path,label\nx/a.jpg,x\n')).rejects.toMatchObject({
      code: 'NO_CLASSES',
      hint: expect.stringMatching(/x\/a\.jpg: It does not exist\. Paths are relative to/) as string,
    });
  });
});

describe('scanDataset on what is no data set', () => {
  it('says that a folder does not exist', async () => {
    await using folder = await makePhotoFolder();
    const missing = join(folder.path, 'none');
    await expect(scanDataset(missing, { home: folder.home })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining(missing) as string,
    });
  });

  it('refuses a single photo', async () => {
    await using folder = await makePhotoFolder({ 'a.jpg': '1' });
    await expect(scanDataset(join(folder.path, 'a.jpg'), { home: folder.home })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['an empty folder', {}, 'folders named after their classes'],
    [
      'photos without class folders',
      { 'a.jpg': '1', 'b.jpg': '2' },
      '2 photos lie right in the folder itself',
    ],
    ['a folder with a CSV', { 'list.csv': bytes('path,label') }, 'list.csv'],
    [
      'class folders with other files',
      { 'cat/a.txt': bytes('text') },
      '1 file was left out, the first being cat/a.txt: It is text',
    ],
  ])('finds no classes in %s', async (_, files, hint) => {
    await using folder = await makePhotoFolder(files);
    await expect(scan(folder)).rejects.toMatchObject({
      code: 'NO_CLASSES',
      message: expect.stringMatching(/JPEG, PNG, WebP, AVIF, GIF or TIFF.*photos/) as string,
      hint: expect.stringContaining(hint) as string,
    });
  });

  it('finds one class, and points to classes one level deeper', async () => {
    await using folder = await makePhotoFolder({ 'flowers/rose/a.gif': '1', 'flowers/tulip/b.gif': '2' });
    await expect(scan(folder)).rejects.toMatchObject({
      code: 'ONE_CLASS',
      message: expect.stringContaining('"flowers"') as string,
      hint: `If its folders rose, tulip are the classes, give ${join(folder.path, 'flowers')} instead.`,
    });
  });
});

describe('scanDataset on many photos', () => {
  it('reports progress with a rate, notices, and the end', async () => {
    await using folder = await makePhotoFolder({
      'cat/a.gif': '1',
      'cat/b.gif': '1',
      'dog/c.gif': '2',
      'dog/d.txt': bytes('x'),
    });
    const events: ProgressEvent[] = [];
    await scanDataset(folder.path, { home: folder.home, onProgress: (event) => events.push(event) });
    expect(events.every(({ stage }) => stage === 'scan')).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(['start', 'progress', 'notice', 'done']);
    expect(events[1]).toMatchObject({ done: 4, unit: 'photos', rate: expect.any(Number) as number });
    expect(events[3]).toMatchObject({ text: '3 photos in 2 classes, 1 left out' });
  });

  it('ends when it is cancelled, and finds everything the next time', async () => {
    await using folder = await makePhotoFolder(
      Object.fromEntries(range(400).map((n) => [`c${n % 2}/${n}.gif`, `${n}`])),
    );
    const abort = new AbortController();
    const scanning = scanDataset(folder.path, { home: folder.home, signal: abort.signal });
    abort.abort();
    await expect(scanning).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(scanDataset(folder.path, { home: folder.home, signal: abort.signal })).rejects.toMatchObject(
      { code: 'CANCELLED' },
    );
    expect((await scan(folder)).photos).toHaveLength(400);
  });

  it('finds the same in a moved folder, with large files and thousands of small ones', async () => {
    const files: Record<string, string | Uint8Array> = Object.fromEntries(
      range(3000).map((n) => [`c${n % 7}/${n}.gif`, `${n}`]),
    );
    const large = Buffer.concat([tinyGif('large'), Buffer.alloc(3_000_001, 'x')]);
    files['c0/large.gif'] = large;
    await using folder = await makePhotoFolder(files);
    const first = await scan(folder);
    expect(first.photos).toHaveLength(3001);
    expect(first.photos.find(({ path }) => path === 'c0/large.gif')?.sha256).toBe(
      createHash('sha256').update(large).digest('hex'),
    );
    const moved = join(folder.path, '..', 'moved');
    await rename(folder.path, moved);
    const second = await scanDataset(moved, { home: folder.home });
    expect(second.name).toBe(basename(moved));
    const unplaced = ({ photos }: Dataset): unknown[] => photos.map((photo) => ({ ...photo, file: '' }));
    expect(unplaced(second)).toEqual(unplaced(first));
  });
});

/** Root may read everything, so it gives up its rights for a moment. */
async function asUnprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
