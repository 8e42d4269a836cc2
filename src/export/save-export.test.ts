import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ExportRecord } from './export-record.ts';
import { checkExportFolder, saveExport } from './save-export.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'regraft-save-export-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const sha256 = '0'.repeat(64);
const record = (paths: readonly string[]): ExportRecord => ({
  schemaVersion: 1,
  format: 'web',
  runtime: 'test',
  model: { name: 'model', sha256, bytes: 1 },
  files: paths.map((path) => ({ path, sha256, bytes: 1 })),
  bytes: paths.length,
  opset: null,
  trainingPhotos: 1,
  test: {
    source: 'training run',
    photos: 1,
    unreadable: 0,
    accuracyBefore: 1,
    accuracyAfter: 1,
    onlyBefore: 0,
    onlyAfter: 0,
    pValue: 1,
    interval95: null,
    largestDifference: 0,
    meanDifference: 0,
    changed: 0,
    unknownChanged: null,
  },
  speed: { msBefore: null, msAfter: null },
  maxAccuracyLoss: null,
  versions: { regraft: '1', node: '1', onnxruntime: '1', platform: 'x' },
  finishedAt: '2026-01-01T00:00:00.000Z',
});
const save = (folder: string, files: Record<string, string>): Promise<void> =>
  saveExport(
    folder,
    new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    record(Object.keys(files)),
    {},
  );

it('puts files into folders of the export, and a later one takes their place with its own', async () => {
  const folder = join(root, 'new');
  await save(folder, { 'index.html': 'one', 'assets/app.js': 'app', 'assets/old.js': 'old' });
  expect(await readFile(join(folder, 'assets', 'app.js'), 'utf8')).toBe('app');
  await writeFile(join(folder, 'assets', 'mine.txt'), 'mine');
  await checkExportFolder(folder);
  await save(folder, { 'index.html': 'two', 'assets/app.js': 'more' });
  expect((await readdir(folder)).sort()).toEqual(['assets', 'export.json', 'index.html']);
  expect((await readdir(join(folder, 'assets'))).sort()).toEqual(['app.js', 'mine.txt']);
  expect(await readFile(join(folder, 'index.html'), 'utf8')).toBe('two');
});

it('refuses a folder with other things, before any work and when they appear meanwhile', async () => {
  await writeFile(join(root, 'notes.txt'), 'mine');
  await expect(checkExportFolder(root)).rejects.toMatchObject({
    code: 'NOT_WRITABLE',
    message: `Expected a new folder, or one with a former export, but found notes.txt of another origin in ${root}.`,
  });
  await expect(save(root, { 'index.html': 'one' })).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  expect(await readdir(root)).toEqual(['notes.txt']);
});

it('refuses to write over a file that is not of the former export', async () => {
  const folder = join(root, 'new');
  await save(folder, { 'index.html': 'one' });
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets', 'app.js'), 'mine');
  await expect(save(folder, { 'index.html': 'two', 'assets/app.js': 'app' })).rejects.toMatchObject({
    code: 'NOT_WRITABLE',
    message: expect.stringContaining('assets/app.js of another origin') as string,
  });
  expect(await readFile(join(folder, 'index.html'), 'utf8')).toBe('one');
  expect(await readFile(join(folder, 'assets', 'app.js'), 'utf8')).toBe('mine');
});

it('takes an export.json that it cannot read for that of another program', async () => {
  await writeFile(join(root, 'export.json'), '{"format": "theirs"}');
  await expect(checkExportFolder(root)).rejects.toThrow('found export.json of another origin');
});

it('takes an empty folder, and one that is not there yet', async () => {
  await checkExportFolder(root);
  await checkExportFolder(join(root, 'deep', 'down'));
  expect(await readdir(root)).toEqual([]);
});
