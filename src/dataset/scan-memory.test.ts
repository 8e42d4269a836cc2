import { execFile } from 'node:child_process';
import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makePhotoFolder, tinyGif } from './testing/photo-folder.ts';

const script = fileURLToPath(new URL('testing/scan-in-process.ts', import.meta.url));

it('20,000 photos of 64 KB, 1.3 GB in all, are scanned in less than 100 MB, which leaves 100,000 in bounds', async () => {
  await using folder = await makePhotoFolder();
  const classes = ['a', 'b'];
  for (const label of classes) {
    // Hard links: the same bytes under many names, which take no time to make.
    const photo = Buffer.concat([tinyGif(label), Buffer.alloc(65_000, label)]);
    await folder.write({ [`${label}/0.gif`]: photo });
    for (let number = 1; number < 10_000; number++) {
      await link(join(folder.path, label, '0.gif'), join(folder.path, label, `${number}.gif`));
    }
  }
  const args = ['--import', 'tsx', script, folder.path, folder.home];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { photos, grownMb } = JSON.parse(stdout) as { photos: number; grownMb: number };
  expect(photos).toBe(20_000);
  expect(grownMb).toBeLessThan(100);
});
