import { randomBytes } from 'node:crypto';
import { readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { expect, test } from 'vitest';
import { extractFiles } from './extract-file.ts';
import { packFiles } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

test('only the chosen files are written, where the caller says', async () => {
  const archive = await packFiles({ 'a/one.txt': 'one', 'a/two.txt': 'two', 'three.txt': 'three' });
  const folder = await temporaryFolder();
  const seen: Record<string, number> = {};
  const count = await extractFiles(archive, (path, bytes) => {
    seen[path] = bytes;
    return path.endsWith('two.txt') ? join(folder, 'deep', 'here') : undefined;
  });
  expect(count).toBe(1);
  expect(seen).toEqual({ 'package/a/one.txt': 3, 'package/a/two.txt': 3, 'package/three.txt': 5 });
  expect(await readFile(join(folder, 'deep', 'here'), 'utf8')).toBe('two');
});

test('links are passed over, and a path that leads out of the archive names nothing on the disk', async () => {
  const folder = await temporaryFolder();
  await symlink('/etc/passwd', join(folder, 'link'));
  await writeFile(join(folder, 'evil.txt'), 'evil');
  const archive = join(folder, 'archive.tgz');
  await create({ cwd: join(folder), file: archive, gzip: true, preservePaths: true, prefix: '../..' }, [
    'link',
    'evil.txt',
  ]);
  const out = await temporaryFolder();
  const paths: string[] = [];
  await extractFiles(archive, (path) => {
    paths.push(path);
    return join(out, 'chosen');
  });
  expect(paths).toEqual(['../../evil.txt']);
  expect(await readdir(out)).toEqual(['chosen']);
});

test.each([
  ['truncated', (path: string) => truncate(path, 3000)],
  ['not a .tgz', (path: string) => writeFile(path, '<html>please log in</html>'.repeat(100))],
  ['empty', (path: string) => writeFile(path, '')],
])('an archive that is %s is a clear error', async (_, damage) => {
  const archive = await packFiles({ a: randomBytes(5000) });
  await damage(archive);
  const folder = await temporaryFolder();
  await expect(extractFiles(archive, () => join(folder, 'a'))).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(archive) as string,
  });
});

test('an archive that unpacks to more than the limit is refused', async () => {
  const archive = await packFiles({ zeros: Buffer.alloc(100_000) });
  const folder = await temporaryFolder();
  await expect(extractFiles(archive, () => join(folder, 'a'), { maxBytes: 1000 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('more than 1000 bytes') as string,
  });
});

test('a place that cannot be written is named', async () => {
  const archive = await packFiles({ a: 'a' });
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(extractFiles(archive, () => join(file, 'a'))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
});
