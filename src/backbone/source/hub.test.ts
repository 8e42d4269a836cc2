import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetchCompanion } from './fetch-companion.ts';
import { fetchNetwork } from './fetch-network.ts';
import { hubAddress, hubToken } from './hub.ts';
import { startWebServer, type WebServer } from './testing/web-server.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import type { HubSource } from './weights-source.ts';

const commit = '0123456789'.repeat(4);

/** A server that answers as the hub does: the commit in a header, large files by a redirect to another host. */
async function startHub(): Promise<{ hub: WebServer; store: WebServer; env: NodeJS.ProcessEnv }> {
  const store = await startWebServer({ '/blob?signed=1': 'main weights' });
  const headers = { 'x-repo-commit': commit };
  const hub = await startWebServer({
    '/o/r/resolve/main/onnx/model.onnx': {
      status: 302,
      headers: { ...headers, location: `${store.url}/blob?signed=1` },
    },
    '/o/r/resolve/refs%2Fpr%2F1/onnx/model.onnx': 'weights of the request',
    [`/o/r/resolve/${commit}/config.json`]: { status: 200, headers, body: '{"at":"commit"}' },
    '/o/r/resolve/main/config.json': '{"at":"main"}',
  });
  const home = await temporaryFolder();
  return { hub, store, env: { HF_ENDPOINT: `${hub.url}/`, HF_HOME: home } };
}

test('a file of the hub comes through its redirect, and the token goes to the hub alone', async () => {
  const [home, { hub, store, env }] = [await temporaryFolder(), await startHub()];
  const options = { home, env: { ...env, HF_TOKEN: 'secret' }, retryDelaysMs: [] };
  const network = await fetchNetwork('hf:o/r#onnx/model.onnx', options);
  expect(await readFile(network.path, 'utf8')).toBe('main weights');
  expect(network).toMatchObject({ source: 'hf:o/r@main#onnx/model.onnx', pinned: false });
  expect(hub.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret']);
  expect(store.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test('a revision is another source', async () => {
  const [home, { env }] = [await temporaryFolder(), await startHub()];
  const options = { home, env, retryDelaysMs: [] };
  const network = await fetchNetwork('hf:o/r@refs/pr/1#onnx/model.onnx', options);
  expect(await readFile(network.path, 'utf8')).toBe('weights of the request');
});

test('a file beside the network comes from the commit that the network came from', async () => {
  const [home, { hub, env }] = [await temporaryFolder(), await startHub()];
  const options = { home, env, retryDelaysMs: [] };
  const network = await fetchNetwork('hf:o/r#onnx/model.onnx', options);
  const path = await fetchCompanion(network, 'config.json', { ...options, from: 'root' });
  expect(await readFile(path ?? '', 'utf8')).toBe('{"at":"commit"}');
  expect(await fetchCompanion(network, 'config.json', options)).toBeUndefined();
  expect(hub.requests.map(({ path: asked }) => asked)).toEqual([
    '/o/r/resolve/main/onnx/model.onnx',
    `/o/r/resolve/${commit}/config.json`,
    `/o/r/resolve/${commit}/onnx/config.json`,
  ]);
});

test.each([
  [401, 'GatedRepo', '', /accept terms first/, /Accept them at .*\/o\/r, and set HF_TOKEN/],
  [403, 'GatedRepo', 'secret', /accept terms first/, /wait for the approval/],
  [401, 'RepoNotFound', '', /private or does not exist .*401/, /set HF_TOKEN/],
  [403, undefined, 'secret', /private or does not exist .*403/, /token in HF_TOKEN .* is valid/],
  [404, 'RepoNotFound', '', /private or does not exist .*404/, /Check its name/],
  [404, 'RevisionNotFound', '', /no revision "main"/, /Branches and tags/],
  [404, 'EntryNotFound', '', /no file a\.onnx/, /tree\/main/],
  [404, undefined, '', /no file a\.onnx/, /tree\/main/],
  [418, undefined, '', /answered 418/, /asking again does not help/],
])('a refusal with %i %s is explained', async (status, code, token, message, hint) => {
  const [home, { hub, env }] = [await temporaryFolder(), await startHub()];
  const headers: Record<string, string> = code === undefined ? {} : { 'x-error-code': code };
  hub.routes.set('/o/r/resolve/main/a.onnx', { status, headers });
  const options = { home, env: { ...env, HF_TOKEN: token }, retryDelaysMs: [] };
  const error: unknown = await fetchNetwork('hf:o/r#a.onnx', options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret');
  expect(hub.requests).toHaveLength(1);
  expect(await readdir(join(home, 'backbones'))).toEqual([]);
});

test('a repository that is not to be seen is an error for a file beside the network too', async () => {
  const [home, { hub, env }] = [await temporaryFolder(), await startHub()];
  const options = { home, env, retryDelaysMs: [] };
  const network = await fetchNetwork('hf:o/r#onnx/model.onnx', options);
  hub.routes.set(`/o/r/resolve/${commit}/onnx/a.json`, {
    status: 404,
    headers: { 'x-error-code': 'RepoNotFound' },
  });
  await expect(fetchCompanion(network, 'a.json', options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('private or does not exist') as string,
  });
});

test('the token is that of the environment, else that of the file of the command line', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'huggingface'));
  await Promise.all([
    writeFile(join(folder, 'token'), 'from HF_HOME\n'),
    writeFile(join(folder, 'huggingface', 'token'), 'from the cache'),
    writeFile(join(folder, 'other'), 'from HF_TOKEN_PATH'),
  ]);
  expect(await hubToken({ HF_TOKEN: ' direct ', HF_HOME: folder })).toBe('direct');
  expect(await hubToken({ HF_TOKEN: '', HF_HOME: folder })).toBe('from HF_HOME');
  expect(await hubToken({ XDG_CACHE_HOME: folder })).toBe('from the cache');
  expect(await hubToken({ HF_HOME: folder, HF_TOKEN_PATH: join(folder, 'other') })).toBe(
    'from HF_TOKEN_PATH',
  );
  expect(await hubToken({ HF_HOME: join(folder, 'none') })).toBeUndefined();
});

test('every part of an address is written so that it stays one part', () => {
  const source: HubSource = { type: 'hf', repo: 'o/r', revision: 'refs/pr/1', path: 'a b/c#d?.onnx' };
  expect(hubAddress(source, {})).toBe('https://huggingface.co/o/r/resolve/refs%2Fpr%2F1/a%20b/c%23d%3F.onnx');
  expect(hubAddress({ ...source, path: 'm' }, { HF_ENDPOINT: 'https://mirror.org/' })).toBe(
    'https://mirror.org/o/r/resolve/refs%2Fpr%2F1/m',
  );
});
