import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clearCache, describeCache, pruneCache } from './cache.ts';
import { filesBelow, temporaryFolder } from './testing/temporary-folder.ts';

const dayMs = 24 * 3600 * 1000;

/** Makes a home of files of 10 bytes that were last used some days ago. */
async function homeOf(ages: Readonly<Record<string, number>>): Promise<string> {
  const home = await temporaryFolder();
  for (const [path, days] of Object.entries(ages)) {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '0123456789');
    const used = new Date(Date.now() - days * dayMs);
    await utimes(file, used, used);
  }
  return home;
}

async function left(home: string): Promise<string[]> {
  return (await filesBelow(home)).map((file) => relative(home, file).replaceAll('\\', '/'));
}

describe('the cache', () => {
  it('of a home that does not exist is empty', async () => {
    const parts = await describeCache(join(await temporaryFolder(), 'nothing'));
    expect(parts.map(({ name, files, bytes }) => [name, files, bytes])).toEqual([
      ['features', 0, 0],
      ['activations', 0, 0],
      ['backbones', 0, 0],
      ['hashes', 0, 0],
      ['demo', 0, 0],
    ]);
  });

  it('is described part by part', async () => {
    const home = await homeOf({
      'features/x/a.arrow': 0,
      'features/y/b.arrow': 9,
      'activations/z/c.rows': 3,
      'backbones/n.tflite': 0,
    });
    const parts = await describeCache(home);
    expect(parts.map(({ name, files, bytes }) => [name, files, bytes])).toEqual([
      ['features', 2, 20],
      ['activations', 1, 10],
      ['backbones', 1, 10],
      ['hashes', 0, 0],
      ['demo', 0, 0],
    ]);
    expect(parts[0]?.path).toBe(join(home, 'features'));
  });

  it('prune deletes features and activations that were long unused, broken ones and left-overs, and no network', async () => {
    const home = await homeOf({
      'features/x/old.arrow': 31,
      'features/x/new.arrow': 29,
      'features/x/bad.arrow.broken': 0,
      'features/x/.running.tmp': 0,
      'features/x/.killed.tmp': 1,
      'activations/z/old.rows': 31,
      'activations/z/new.rows': 29,
      'activations/z/bad.rows.broken': 0,
      'activations/z/.running.tmp': 0,
      'activations/z/.killed.tmp': 1,
      'tmp/killed.matrix': 1,
      'tmp/running.matrix': 0,
      'backbones/network.tflite': 400,
      'backbones/network.tflite.broken': 3,
      'demo/food/photo.jpg': 400,
      'hashes/a.json': 400,
    });
    expect(await pruneCache(home)).toEqual({ files: 8, bytes: 80 });
    expect(await left(home)).toEqual([
      'activations/z/.running.tmp',
      'activations/z/new.rows',
      'backbones/network.tflite',
      'demo/food/photo.jpg',
      'features/x/.running.tmp',
      'features/x/new.arrow',
      'hashes/a.json',
      'tmp/running.matrix',
    ]);
    expect(await pruneCache(home, { unusedDays: 0 })).toEqual({ files: 2, bytes: 20 });
  });

  it('clear deletes features, activations and hashes; with all also networks and demo', async () => {
    const ages = {
      'features/x/a.arrow': 0,
      'activations/z/c.rows': 0,
      'hashes/a.json': 0,
      'backbones/n.tflite': 0,
      'demo/p.jpg': 0,
      'mine.txt': 0,
    };
    const home = await homeOf(ages);
    expect(await clearCache(home)).toEqual({ files: 3, bytes: 30 });
    expect(await left(home)).toEqual(['backbones/n.tflite', 'demo/p.jpg', 'mine.txt']);
    expect(await clearCache(home, { all: true })).toEqual({ files: 2, bytes: 20 });
    expect(await left(home)).toEqual(['mine.txt']);
  });

  it('leaves a folder alone whose name only begins like that of the features', async () => {
    const home = await homeOf({ 'features-of-mine/a.arrow': 400 });
    expect(await pruneCache(home)).toEqual({ files: 0, bytes: 0 });
  });
});
