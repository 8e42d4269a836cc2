import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formulaHead, tinyBackbone } from '../../test/fixtures/tiny-backbone.ts';
import { encodeModel } from '../onnx/write.ts';
import { buildClassifier } from './build-classifier.ts';
import { loadModel } from './load.ts';
import { finishSave, pendingFolder } from './pending-save.ts';
import { checkFolder, saveFiles } from './save.ts';
import { sealModel } from './seal.ts';

const script = fileURLToPath(new URL('testing/save-in-process.ts', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'regraft-save-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function makeFolder(
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}

/** Saves in a process of its own that is killed before its nth rename; true when it was done before. */
async function saveAndKill(folder: string, nth: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', script, folder, String(nth)], (_, stdout) => {
      resolve(stdout === 'saved');
    });
  });
}

async function contents(folder: string): Promise<string[]> {
  return Promise.all(['model.onnx', 'run.json'].map((name) => readFile(join(folder, name), 'utf8')));
}

describe('a save that is killed before any of its renames', () => {
  it('leaves files that belong together, once it is finished', async () => {
    const outcomes: string[] = [];
    for (let nth = 1, done = false; !done; nth++) {
      const folder = await makeFolder(`killed-${nth}`, { 'model.onnx': 'old', 'run.json': 'old' });
      done = await saveAndKill(folder, nth);
      await finishSave(folder);
      const [model = '', run] = await contents(folder);
      expect(model).toBe(run);
      expect(await readdir(folder)).not.toContain(pendingFolder);
      outcomes.push(model);
    }
    // Before the files appear together; before each takes its place; not at all.
    expect(outcomes).toEqual(['old', 'new', 'new', 'new']);
  });

  it('is finished by the next save, which then replaces its files', async () => {
    const folder = await makeFolder('next', { 'model.onnx': 'old', 'run.json': 'old', 'mine.txt': 'mine' });
    expect(await saveAndKill(folder, 3)).toBe(false);
    // The lock of a killed process counts for ten seconds more; they pass here at once.
    const past = new Date(Date.now() - 60_000);
    await utimes(join(folder, '.lock'), past, past);
    await saveFiles(folder, new Map([['run.json', 'newest']]));
    expect(await contents(folder)).toEqual(['new', 'newest']);
    expect((await readdir(folder)).sort()).toEqual(['mine.txt', 'model.onnx', 'run.json']);
  });
});

it('loading a model finishes a save that was killed', async () => {
  const modelOf = (labels: readonly string[]): Uint8Array =>
    sealModel(encodeModel(buildClassifier(tinyBackbone(), ['bottleneck'], formulaHead(16, labels))));
  const folder = await makeFolder('loaded', { 'model.onnx': modelOf(['a', 'b']), 'run.json': 'new' });
  await mkdir(join(folder, pendingFolder));
  await writeFile(join(folder, pendingFolder, 'model.onnx'), modelOf(['c', 'd']));
  expect((await loadModel(join(folder, 'model.onnx'))).metadata.labels).toEqual(['c', 'd']);
  expect((await readdir(folder)).sort()).toEqual(['model.onnx', 'run.json']);
});

it('puts the older files back when one cannot take its place', async () => {
  const folder = await makeFolder('blocked', { 'run.json': 'old' });
  await mkdir(join(folder, 'model.onnx', 'inside'), { recursive: true });
  const files = new Map([
    ['run.json', 'new'],
    ['model.onnx', 'new'],
  ]);
  await expect(saveFiles(folder, files)).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe('old');
  expect((await readdir(folder)).sort()).toEqual(['model.onnx', 'run.json']);
});

describe('checkFolder', () => {
  it('many may check a folder that is not there yet, and save in it, at once', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = join(root, `new-${round}`, 'model');
      const checkAndSave = async (name: string): Promise<void> => {
        await checkFolder(folder);
        await saveFiles(folder, new Map([[name, name]]));
      };
      const checks = Array.from({ length: 8 }, () => checkFolder(folder));
      await Promise.all([...checks, checkAndSave('a'), checkAndSave('b')]);
      expect((await readdir(folder)).sort()).toEqual(['a', 'b']);
    }
  });

  it('leaves nothing behind where nothing was', async () => {
    await checkFolder(join(root, 'none', 'model'));
    expect(await readdir(root)).not.toContain('none');
  });
});
