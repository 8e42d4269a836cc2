import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { downloadFile } from './download-file.ts';
import { readRetryAfter } from './retry-after.ts';
import { startFileServer } from './testing/file-server.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { startWebServer } from './testing/web-server.ts';

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

test.each([429, 503])(
  'a server that answers %i is asked again when its Retry-After has passed',
  async (status) => {
    const [destination, server] = [await destinationIn(), await startWebServer()];
    const asked: number[] = [];
    server.routes.set('/file', (_, response) => {
      asked.push(performance.now());
      if (asked.length < 3) response.writeHead(status, { 'retry-after': '1' }).end();
      else response.end(data);
    });
    await downloadFile(`${server.url}/file`, destination, options);
    expect(await readFile(destination)).toEqual(data);
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(pauses).toHaveLength(2);
    // A timer may fire a millisecond early.
    expect(Math.min(...pauses)).toBeGreaterThan(990);
  },
);

test('a server that asks to wait for an hour is named at once', async () => {
  const [destination, server] = [await destinationIn(), await startWebServer()];
  server.routes.set('/file', { status: 429, headers: { 'retry-after': '3600' } });
  await expect(downloadFile(`${server.url}/file`, destination, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `Could not download ${server.url}/file: the server answered 429 Too Many Requests and asks to wait 3600 s.`,
  });
  expect(server.requests).toHaveLength(1);
});

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(readRetryAfter('120', now)).toBe(120_000);
  expect(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  expect([readRetryAfter(null, now), readRetryAfter('soon', now)]).toEqual([undefined, undefined]);
});

test('a file shorter than the server told is asked for again, and named when it stays so', async () => {
  const [destination, server] = [await destinationIn(), await startWebServer()];
  server.routes.set('/file', (_, response) => {
    response.writeHead(200, { 'content-length': data.length + 1 });
    response.write(data, () => response.destroy());
  });
  const once = { ...options, retryDelaysMs: [] };
  await expect(downloadFile(`${server.url}/file`, destination, once)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
  });
  expect(await readdir(join(destination, '..'))).not.toContain('file');
});

test('a server that packs unasked gives the same file, and what is left of it is never gone on with', async () => {
  const [destination, server] = [await destinationIn(), await startWebServer()];
  const packed = gzipSync(data);
  server.routes.set('/file', (_, response) => {
    const headers = { 'content-encoding': 'gzip', 'content-length': packed.length, etag: '"1"' };
    response.writeHead(200, headers);
    if (server.requests.length > 1) response.end(packed);
    else response.write(packed.subarray(0, 300_000), () => setTimeout(() => response.destroy(), 50));
  });
  await downloadFile(`${server.url}/file`, destination, options);
  expect(await readFile(destination)).toEqual(data);
  expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
});
