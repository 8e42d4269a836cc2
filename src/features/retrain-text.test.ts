import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matrixFromArray } from './feature-matrix.ts';
import { type BottleneckFile, photoNameOf, readRetrainText, writeRetrainText } from './retrain-text.ts';
import { retrainTextPaths } from './retrain-text-paths.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';

/** Writes text files, in order, and lists them as the scan does. */
async function textFiles(texts: Readonly<Record<string, string | Uint8Array>>): Promise<BottleneckFile[]> {
  const folder = await temporaryFolder();
  return Promise.all(
    Object.entries(texts).map(async ([path, text]) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return { path, file, label: path.startsWith('a/') ? 0 : 1 };
    }),
  );
}

describe('reading bottleneck files', () => {
  it('gives the exact values, file by file', async () => {
    const files = await textFiles({
      'a/1.jpg.txt': '0.32657984,0.0,1.5e-05,-2',
      'b/2.jpg_inception_v3.txt': '1,2,3,4',
    });
    const rows = await readRetrainText(files);
    expect(rows).toMatchObject({ columns: 4, skipped: [], files });
    expect([...rows.values]).toEqual([0.32657984, 0, 1.5e-5, -2, 1, 2, 3, 4].map(Math.fround));
    expect(new Set(rows.identities).size).toBe(2);
  });

  it('bears a byte order mark, spaces and a line end', async () => {
    const rows = await readRetrainText(
      await textFiles({ 'a/1.txt': '\ufeff1, 2 ,3\r\n', 'b/2.txt': '  4,5,6\n\n' }),
    );
    expect([...rows.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rows.skipped).toEqual([]);
  });

  it('lists broken, empty and odd files with the reason, even when the first is one of them', async () => {
    const files = await textFiles({
      'a/0-short.txt': '1,2',
      'a/1.txt': '1,2,3',
      'a/empty.txt': '',
      'a/text.txt': 'roses are red',
      'a/nan.txt': '1,nan,3',
      'a/gap.txt': '1,,3',
      'a/large.txt': '1,1e39,3',
      'a/binary.txt': Uint8Array.of(0, 1, 255, 254),
      'b/2.txt': '4,5,6',
      'b/long.txt': '1,2,3,4',
    });
    const gone = { path: 'b/gone.txt', file: join(dirname(files[0]!.file), 'gone.txt'), label: 1 };
    const rows = await readRetrainText([...files, gone]);
    expect(rows.files.map(({ path }) => path)).toEqual(['a/1.txt', 'b/2.txt']);
    expect([...rows.values]).toEqual([1, 2, 3, 4, 5, 6]);
    const reasons = Object.fromEntries(rows.skipped.map(({ path, reason }) => [path, reason]));
    expect(Object.keys(reasons)).toHaveLength(9);
    expect(reasons['a/0-short.txt']).toBe('Expected 3 numbers, as in most of the files, but found 2.');
    expect(reasons['a/empty.txt']).toBe('It is empty.');
    expect(reasons['a/nan.txt']).toBe('Expected comma-separated numbers but found "nan" as number 2.');
    expect(reasons['b/gone.txt']).toBe('It cannot be read (ENOENT).');
    for (const { code } of rows.skipped) expect(code).toBe('FEATURES_INVALID');
  });

  it('without a single good file is an error that says what is wrong with the first', async () => {
    const files = await textFiles({ 'a/1.txt': 'x', 'b/2.txt': '' });
    await expect(readRetrainText(files)).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining('a/1.txt: Expected comma-separated numbers but found "x"') as string,
    });
  });

  it('can be cancelled', async () => {
    const files = await textFiles({ 'a/1.txt': '1' });
    await expect(readRetrainText(files, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

it.each([
  ['x.jpg.txt', 'x.jpg'],
  ['x.JPEG.txt', 'x.JPEG'],
  ['x.jpg_inception_v3.txt', 'x.jpg'],
  ['x.jpg_https~tfhub.dev~google~imagenet~inception_v3~feature_vector~1.txt', 'x.jpg'],
  ['x.jpg_mobilenet_1.0_224_quantized.txt', 'x.jpg'],
  ['two.jpg_words.jpg.txt', 'two.jpg_words.jpg'],
  ['no image name.txt', 'no image name'],
  ['写真.png.txt', '写真.png'],
])('the text file %s belongs to the photo %s', (file, photo) => {
  expect(photoNameOf(file)).toBe(photo);
});

describe('writing bottleneck files', () => {
  it('then reading them gives equal float32 values', async () => {
    const folder = await temporaryFolder();
    const values = Float32Array.from([0.1, 1 / 3, 1e-38, 3.4028235e38, -0, 7, 1.17549435e-38, 0.45]);
    await writeRetrainText(folder, ['a/1.jpg', 'b/2.jpg'], matrixFromArray(values, 2, 4, 1));
    const files = ['a/1.jpg.txt', 'b/2.jpg.txt'].map((path, label) => ({
      path,
      label,
      file: join(folder, path),
    }));
    expect(await filesBelow(folder)).toEqual(files.map(({ file }) => file));
    const rows = await readRetrainText(files);
    expect(rows.values).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)));
  });

  it('says so when the folder cannot be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'mine');
    const matrix = matrixFromArray(Float32Array.of(1), 1, 1);
    await expect(writeRetrainText(join(folder, 'file'), ['a/1.jpg'], matrix)).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
    });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine');
  });
});

describe('the paths of the text files', () => {
  it('are class and file name, one level deep, whatever the layout of the photos', () => {
    expect(
      retrainTextPaths([
        { path: 'daisy/1.jpg', label: 'daisy' },
        { path: 'daisy/garden/2.jpg', label: 'daisy' },
        { path: 'train/roses/3.jpg', label: 'roses' },
      ]),
    ).toEqual(['daisy/1.jpg', 'daisy/2.jpg', 'roses/3.jpg']);
  });

  it('are all different, though photos share a name', () => {
    const paths = retrainTextPaths([
      { path: 'train/a/1.jpg', label: 'a' },
      { path: 'test/a/1.jpg', label: 'a' },
      { path: 'val/a/1.JPG', label: 'a' },
      { path: 'train/b/1.jpg', label: 'b' },
      { path: 'test-a/1.jpg', label: 'a' },
    ]);
    expect(paths).toEqual(['a/1.jpg', 'a/test-a-1.jpg', 'a/val-a-1.JPG', 'b/1.jpg', 'a/2-test-a-1.jpg']);
  });

  it('stay inside the folder, and keep classes apart, whatever a CSV calls them', () => {
    const labels = ['..', '../../etc', '/', '', 'birds/owl', 'birds-owl', '.hidden'];
    const paths = retrainTextPaths(labels.map((label) => ({ path: 'x.jpg', label })));
    for (const path of paths) expect(path).toMatch(/^[^/.\\][^/\\]*\/x\.jpg$/);
    expect(new Set(paths).size).toBe(labels.length);
  });
});
