import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from './atomic-file.ts';

describe('makeFolder', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'regraft-folders-'));
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  it('makes folders of one missing tree at once, whichever call makes the parents', async () => {
    // A call that finds no parent, and then one that another call has made, has to try again.
    for (let round = 0; round < 200; round++) {
      const parent = join(root, `round-${round}`, 'a', 'b');
      const names = Array.from({ length: 12 }, (_, index) => `store-${index}`);
      await Promise.all(names.map((name) => makeFolder(join(parent, name))));
      expect(await readdir(parent)).toHaveLength(names.length);
    }
  });

  it('throws what the file system says where it refuses, and comes back', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    // Linux refuses with ENOENT though the parent is there.
    if (process.platform === 'linux') {
      await expect(makeFolder('/proc/regraft/below')).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
