import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { npmError, readNpmFailure } from './npm-failure.ts';
import { findNpm } from './npm-command.ts';
import { fetchFromNpm } from './npm-package.ts';
import { startRegistry } from './testing/registry.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const source = { package: '@scope/photos', version: '2.0.0' };

test('a scoped package is fetched and its bytes are counted', async () => {
  const [folder, registry] = [
    await temporaryFolder(),
    await startRegistry('@scope/photos', '2.0.0', { a: 'a' }),
  ];
  const counts: number[] = [];
  const path = await fetchFromNpm(source, folder, {
    env: registry.env,
    onBytes: (done) => counts.push(done),
  });
  expect(basename(path)).toMatch(/\.tgz$/);
  await access(path);
  expect(counts.at(-1)).toBeGreaterThan(0);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
});

test('npm is ended when nothing arrives any more', async () => {
  const [folder, registry] = [
    await temporaryFolder(),
    await startRegistry('@scope/photos', '2.0.0', { a: 'a' }),
  ];
  registry.hold = true;
  await expect(fetchFromNpm(source, folder, { env: registry.env, stallMs: 1000 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: 'npm could not fetch @scope/photos@2.0.0: nothing arrived for 1 s.',
  });
});

test('a machine without npm gets a clear error', async () => {
  const command = { file: '/nonexistent/npm', args: [], shell: false };
  await expect(fetchFromNpm(source, await temporaryFolder(), { command })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('npm was not found') as string,
  });
});

test('a signal that is aborted already starts nothing', async () => {
  const options = {
    command: { file: '/nonexistent/npm', args: [], shell: false },
    signal: AbortSignal.abort(),
  };
  await expect(fetchFromNpm(source, await temporaryFolder(), options)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('npm is the one that runs this program, else the one beside Node, else the one on the PATH', async () => {
  const folder = await temporaryFolder();
  const node = join(folder, 'bin', 'node');
  const onPath = { file: 'npm', args: [], shell: false };
  expect(findNpm({ npm_execpath: join(folder, 'npm-cli.js') }, 'linux', node)).toEqual(onPath);
  expect(findNpm({ npm_execpath: '/x/pnpm.cjs' }, 'linux', node)).toEqual(onPath);
  expect(findNpm({}, 'win32', node)).toEqual({ file: 'npm.cmd', args: [], shell: true });
  const beside = join(folder, 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  await mkdir(dirname(beside), { recursive: true });
  await writeFile(beside, '');
  expect(findNpm({}, 'linux', node)).toEqual({ file: node, args: [beside], shell: false });
  await writeFile(join(folder, 'npm-cli.js'), '');
  const running = { npm_execpath: join(folder, 'npm-cli.js') };
  expect(findNpm(running, 'win32', node)).toEqual({ file: node, args: [running.npm_execpath], shell: false });
});

test.each([
  [
    'the JSON document',
    '{"error":{"code":"E401","summary":"Unauthorized - GET http://r/x","detail":""}}',
    '',
  ],
  ['the lines of npm 10 and later', '', 'npm error code E401\nnpm error Unauthorized - GET http://r/x\n'],
  ['the lines of older npm', 'no json', 'npm ERR! code E401\r\nnpm ERR! Unauthorized - GET http://r/x\r\n'],
])("npm's failure is read from %s", (_, stdout, stderr) => {
  expect(readNpmFailure(stdout, stderr)).toEqual({ code: 'E401', summary: 'Unauthorized - GET http://r/x' });
});

test.each([
  ['ENOSPC', 'OUT_OF_DISK', /Free some space/],
  ['EACCES', 'NOT_WRITABLE', /permissions/],
  ['E401', 'DOWNLOAD_FAILED', /npm login/],
  ['ETARGET', 'DOWNLOAD_FAILED', /registry\.npmjs\.org does/],
  ['ENOTCACHED', 'DOWNLOAD_FAILED', /offline/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'DOWNLOAD_FAILED', /cafile/],
  ['ENOTFOUND', 'DOWNLOAD_FAILED', /proxy/],
])('npm failing with %s is %s', (code, expected, hint) => {
  expect(npmError('a@1', '/store', { code, summary: 'It failed.' })).toMatchObject({
    code: expected,
    hint: expect.stringMatching(hint) as string,
  });
});
