import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { startFileServer } from '../backbone/source/testing/file-server.ts';
import { packFiles } from '../backbone/source/testing/registry.ts';
import { temporaryFolder } from '../backbone/source/testing/temporary-folder.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { ensureFlowerPhotos } from './flowers.ts';

const classes = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
const retryDelaysMs = [10, 10];
const env = {};

async function packFlowers(photo: Buffer, count = 501): Promise<Buffer> {
  const files = classes.flatMap((name) =>
    Array.from({ length: count }, (_, index): [string, Buffer] => [`${name}/${index}_abc_n.jpg`, photo]),
  );
  const all = {
    ...Object.fromEntries(files),
    'LICENSE.txt': 'CC-BY',
    'other/x.jpg': photo,
    'daisy/run.sh': 'x',
  };
  return readFile(await packFiles(all, 'flower_photos'));
}

async function drawJpeg(): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: 'gold' } })
    .jpeg()
    .toBuffer();
}

test('the flower photos come as five class folders, once, over a connection that breaks half-way', async () => {
  const [home, photo] = [await temporaryFolder(), await drawJpeg()];
  const server = await startFileServer(await packFlowers(photo));
  server.hold = true;
  const onProgress = (event: ProgressEvent): void => {
    if (event.type !== 'progress') return;
    server.hold = false;
    server.breakHeld();
  };
  const folder = await ensureFlowerPhotos({ home, url: server.url, retryDelaysMs, env, onProgress });
  expect(folder).toBe(join(home, 'demo', 'flower_photos'));
  expect((await readdir(folder)).sort()).toEqual(['LICENSE.txt', ...classes]);
  expect(await readdir(join(folder, 'daisy'))).toHaveLength(501);
  expect(await readFile(join(folder, 'tulips', '7_abc_n.jpg'))).toEqual(photo);
  expect(server.ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);

  expect(await ensureFlowerPhotos({ home, url: server.url, env: { REGRAFT_OFFLINE: '1' } })).toBe(folder);
  expect(server.ranges).toHaveLength(2);
  expect(await readdir(join(home, 'demo'))).toEqual(['flower_photos']);
});

test.each([
  [
    'a page instead of an archive',
    () => Promise.resolve(Buffer.from('<html>please log in</html>')),
    /not a whole/,
  ],
  ['too few photos', async () => packFlowers(await drawJpeg(), 3), /expected at least 500 .*daisy 3/],
  ['photos that are none', () => packFlowers(randomBytes(50).fill(0, 0, 1)), /is not a JPEG/],
])('%s: refused, and nothing is kept', async (_, make, message) => {
  const [home, server] = [await temporaryFolder(), await startFileServer(await make())];
  await expect(ensureFlowerPhotos({ home, url: server.url, retryDelaysMs, env })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringMatching(message) as string,
  });
  expect(await readdir(join(home, 'demo'))).toEqual([]);
});

test('a missing archive is a clear error with the way around', async () => {
  const [home, server] = [await temporaryFolder(), await startFileServer(Buffer.alloc(0))];
  server.status = 404;
  await expect(ensureFlowerPhotos({ home, url: server.url, retryDelaysMs, env })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('404 Not Found') as string,
    hint: expect.stringContaining('regraft train <folder>') as string,
  });
});

test('with REGRAFT_OFFLINE=1 the error names the folder and the address', async () => {
  const home = await temporaryFolder();
  await expect(ensureFlowerPhotos({ home, env: { REGRAFT_OFFLINE: '1' } })).rejects.toMatchObject({
    code: 'OFFLINE',
    message: expect.stringMatching(/flower_photos.*https:\/\/storage\.googleapis\.com/) as string,
  });
});
