import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { downloadFile } from './download-file.ts';
import { startFileServer } from './testing/file-server.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const data = randomBytes(500_000);
const options = { maxBytes: 1e6, retryDelaysMs: [10, 10] };

async function destinationIn(): Promise<string> {
  return join(await temporaryFolder(), 'file');
}

test('a download whose connection breaks goes on where it stopped', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  server.hold = true;
  const counts: (number | undefined)[][] = [];
  await downloadFile(server.url, destination, {
    ...options,
    onBytes: (...count) => {
      counts.push(count);
      server.hold = server.ranges.length < 2;
      server.breakHeld();
    },
  });
  expect(await readFile(destination)).toEqual(data);
  expect(server.ranges[0]).toBeUndefined();
  expect(server.ranges.slice(1)).toEqual([
    expect.stringMatching(/^bytes=[1-9]\d*-$/),
    expect.stringMatching(/^bytes=[1-9]\d*-$/),
  ]);
  expect(counts.at(-1)).toEqual([data.length, data.length]);
  expect(await readdir(join(destination, '..'))).toEqual(['file']);
});

test('what a killed process had is used when the server still has the same file', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  await writeFile(`${destination}.part`, data.subarray(0, 400_000));
  await writeFile(`${destination}.part.version`, server.etag);
  await downloadFile(server.url, destination, options);
  expect(await readFile(destination)).toEqual(data);
  expect(server.ranges).toEqual(['bytes=400000-']);
});

test('what a killed process had of another version is thrown away', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  await writeFile(`${destination}.part`, randomBytes(400_000));
  await writeFile(`${destination}.part.version`, '"older"');
  await downloadFile(server.url, destination, options);
  expect(await readFile(destination)).toEqual(data);
});

test('a server without ranges is asked from the start again', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  Object.assign(server, { hold: true, supportsRanges: false });
  const onBytes = (): void => {
    server.hold = false;
    server.breakHeld();
  };
  await downloadFile(server.url, destination, { ...options, onBytes });
  expect(server.ranges).toHaveLength(2);
  expect(await readFile(destination)).toEqual(data);
});

test('a missing file is not asked for twice', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  server.status = 404;
  await expect(downloadFile(server.url, destination, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `Could not download ${server.url}: the server answered 404 Not Found.`,
  });
  expect(server.ranges).toHaveLength(1);
});

test('a server in trouble is asked again, and named when it stays so', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  server.status = 503;
  await expect(downloadFile(server.url, destination, options)).rejects.toMatchObject({
    message: expect.stringContaining('503') as string,
  });
  expect(server.ranges).toHaveLength(3);
});

test('a file that is too large is refused, whether the server tells its size or not', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  const small = { ...options, maxBytes: 100_000 };
  await expect(downloadFile(server.url, destination, small)).rejects.toThrow('larger than');
  server.tellsLength = false;
  await expect(downloadFile(server.url, destination, small)).rejects.toThrow('larger than');
});

test('a connection on which nothing arrives ends', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  server.hold = true;
  const impatient = { ...options, stallMs: 100, retryDelaysMs: [] };
  await expect(downloadFile(server.url, destination, impatient)).rejects.toThrow('nothing arrived for 0.1 s');
});

test('a download can be cancelled', async () => {
  const [destination, server] = [await destinationIn(), await startFileServer(data)];
  server.hold = true;
  const abort = new AbortController();
  const cancelled = { ...options, signal: abort.signal, onBytes: () => abort.abort() };
  await expect(downloadFile(server.url, destination, cancelled)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test.each(['http://example.org/x', 'file:///etc/passwd', 'nonsense'])('%s is refused', async (url) => {
  await expect(downloadFile(url, '/nonexistent/x', options)).rejects.toThrow('expected an https address');
});
