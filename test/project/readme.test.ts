import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawFlowers } from '../fixtures/draw-flowers.ts';
import { findSamples, type Sample } from './readme-samples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const samples = findSamples(await readFile(join(root, 'README.md'), 'utf8'));

// The samples run in one folder, in their order, and find there what a reader would have: flowers/, photo.jpg, the package.
describe('the samples of the README', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let unreachable: string | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'regraft-readme-'));
    await drawFlowers(join(folder, 'flowers'));
    await copyFile(join(folder, 'flowers/roses/0.jpg'), join(folder, 'photo.jpg'));
    await installLink(folder);
    env = {
      ...process.env,
      NO_COLOR: '1',
      FORCE_COLOR: '',
      REGRAFT_HOME: process.env.REGRAFT_HOME ?? join(folder, 'home'),
      PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    };
    unreachable = await run(process.execPath, [main, 'backbones', 'fetch', 'inception-v3'], { env }).then(
      () => undefined,
      (error: unknown) => String(error),
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('there is one for the command line and one for the library', () => {
    expect(new Set(samples.map(({ language }) => language))).toEqual(new Set(['sh', 'ts']));
  });

  it.for(samples)('line $line, $language: it runs as it stands', async (sample, { skip }) => {
    const optional = process.env.REGRAFT_TEST_ALL !== '1';
    skip(
      optional && unreachable !== undefined,
      `the pretrained network cannot be fetched: ${unreachable ?? ''}`,
    );
    expect(unreachable).toBeUndefined();
    expect(await runSample(sample, folder, env)).toMatch(/\S/);
  });
});

/** Puts the package where `import 'regraft'` and the command `regraft` find it. */
async function installLink(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  await mkdir(join(folder, 'bin'));
  await symlink(root, join(folder, 'node_modules/regraft'), 'dir');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'bin/regraft'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(join(folder, 'bin/regraft'), 0o755);
}

async function runSample(
  { language, code, line }: Sample,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const options = { cwd: folder, env };
  if (language === 'sh') return (await run('sh', ['-euc', code], options)).stdout;
  const name = `sample-${line}`;
  await writeFile(join(folder, `${name}.ts`), code);
  const flags = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
  ];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...flags, ...types, `${name}.ts`], options);
  return (await run(process.execPath, [`${name}.js`], options)).stdout;
}
