import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractArchive, sniffArchive } from './extract-archive.ts';
import { extractFiles } from './extract-file.ts';
import { extractOne } from './extract-one.ts';
import { extractZip } from './extract-zip.ts';
import { packZip, type ZipEntry } from './testing/pack-zip.ts';
import { packFiles } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

async function writeZip(entries: readonly ZipEntry[]): Promise<string> {
  const file = join(await temporaryFolder(), 'archive.zip');
  await writeFile(file, packZip(entries));
  return file;
}

test('only the chosen files of a .zip are written, where the caller says', async () => {
  const content = randomBytes(100_000);
  const archive = await writeZip([
    { path: 'a/', content: '' },
    { path: 'a/one.bin', content },
    { path: 'a/two.txt', content: 'two' },
  ]);
  const folder = await temporaryFolder();
  const seen: Record<string, number> = {};
  const count = await extractArchive(
    archive,
    (path, bytes) => {
      seen[path] = bytes;
      return path === 'a/one.bin' ? join(folder, 'deep', 'here') : undefined;
    },
    {},
  );
  expect(count).toBe(1);
  expect(seen).toEqual({ 'a/one.bin': content.length, 'a/two.txt': 3 });
  expect(await readFile(join(folder, 'deep', 'here'))).toEqual(content);
});

test.each(['../evil', '/etc/evil', 'a/../../evil', 'C:/evil', 'a\\..\\..\\evil'])(
  'a .zip that holds the path %s is refused, and nothing is written',
  async (path) => {
    const archive = await writeZip([{ path, content: 'evil' }]);
    const folder = await temporaryFolder();
    await expect(extractZip(archive, () => join(folder, 'x'))).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('is not a whole .tgz or .zip archive: ') as string,
    });
    expect(await readdir(folder)).toEqual([]);
  },
);

test('a link in a .zip is passed over', async () => {
  const archive = await writeZip([
    { path: 'link', content: '/etc/passwd', mode: 0o120777 },
    { path: 'file', content: 'x' },
  ]);
  const folder = await temporaryFolder();
  const seen: string[] = [];
  await extractZip(archive, (path) => {
    seen.push(path);
    return join(folder, 'chosen');
  });
  expect(seen).toEqual(['file']);
});

test('a .zip bomb is refused, whether it tells its size or lies about it', async () => {
  const zeros = Buffer.alloc(5_000_000);
  const folder = await temporaryFolder();
  const honest = await writeZip([{ path: 'zeros', content: zeros }]);
  await expect(extractZip(honest, () => join(folder, 'a'), { maxBytes: 1e6 })).rejects.toThrow(
    'it unpacks to more than 1000000 bytes',
  );
  expect(await readdir(folder)).toEqual([]);
  const lying = await writeZip([{ path: 'zeros', content: zeros, bytes: 1000 }]);
  await expect(extractZip(lying, () => join(folder, 'b'), { maxBytes: 1e6 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('too many bytes') as string,
  });
  // It stops where the lie shows.
  expect((await readFile(join(folder, 'b'))).length).toBeLessThan(1_000_000);
});

test('more entries than the limit are refused in both kinds of archive', async () => {
  const folder = await temporaryFolder();
  const zip = await writeZip(['a', 'b', 'c'].map((path) => ({ path, content: '' })));
  const tgz = await packFiles({ a: '', b: '', c: '' });
  for (const [extract, archive] of [
    [extractZip, zip],
    [extractFiles, tgz],
  ] as const) {
    await expect(extract(archive, () => join(folder, 'x'), { maxEntries: 2 })).rejects.toThrow(
      'it has more than 2 entries',
    );
  }
});

test('damage is found: a wrong checksum, a cut, other bytes', async () => {
  const folder = await temporaryFolder();
  const content = randomBytes(50_000);
  const whole = packZip([{ path: 'a', content }]);
  const flipped = Buffer.from(whole);
  flipped[20_000] = (flipped[20_000] ?? 0) ^ 1;
  const damaged = [
    packZip([{ path: 'a', content, crc32: 1 }]),
    flipped,
    whole.subarray(0, 30_000),
    Buffer.from('PK\u0003\u0004'),
  ];
  for (const [index, bytes] of damaged.entries()) {
    const archive = join(folder, `${index}.zip`);
    await writeFile(archive, bytes);
    await expect(extractZip(archive, () => join(folder, 'out'))).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining(archive) as string,
    });
  }
});

test('a place that cannot be written is named', async () => {
  const archive = await writeZip([{ path: 'a', content: 'a' }]);
  await expect(extractZip(archive, () => join(archive, 'a'))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
});

test('one file is taken out of either kind, and what is not there is told', async () => {
  const folder = await temporaryFolder();
  const zip = await writeZip([{ path: 'm/a.pb', content: 'zip' }]);
  const tgz = await packFiles({ 'a.pb': 'tgz' }, 'm');
  expect([await sniffArchive(zip), await sniffArchive(tgz)]).toEqual(['zip', 'tgz']);
  for (const [archive, text] of [
    [zip, 'zip'],
    [tgz, 'tgz'],
  ] as const) {
    const out = join(folder, text);
    expect(await extractOne(archive, 'm/a.pb', out, {})).toBe(true);
    expect(await readFile(out, 'utf8')).toBe(text);
    expect(await extractOne(archive, 'm/b.pb', join(folder, 'none'), {})).toBe(false);
  }
  expect((await readdir(folder)).sort()).toEqual(['tgz', 'zip']);
});
