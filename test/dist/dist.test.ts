import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawFlowers } from '../fixtures/draw-flowers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const remedy = 'npm install regraft';

let folder: string;
let tarball: string;
let files: string[];

beforeAll(async () => {
  await access(join(root, 'dist/cli/main.js')).catch(() => {
    throw new Error('dist/ is missing: run `npm run build` first.');
  });
  folder = await mkdtemp(join(tmpdir(), 'regraft-dist-'));
  await drawFlowers(join(folder, 'flowers'));
  // Without scripts: `prepare` would build into the dist/ that is being packed.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await command('npm', args, { cwd: root });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  tarball = join(folder, packed.filename);
  files = packed.files.map(({ path }) => path);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the packed package', () => {
  it('holds what is needed and nothing else', () => {
    const needed = ['package.json', 'README.md', 'README.zh-CN.md', 'LICENSE', 'CHANGELOG.md'];
    needed.push('docs/errors.md', 'docs/cli.md', 'docs/api.md');
    needed.push(
      'dist/web/index.js',
      'dist/web/index.d.ts',
      'dist/ui/page/index.html',
      'dist/ui/try/index.html',
    );
    needed.push('dist/ui/runtime/ort-wasm-simd-threaded.wasm', 'dist/ui/verify/index.html');
    needed.push('dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'dist/cli/regraft.cjs');
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
    const strangers =
      /^(?!dist\/|docs\/|package\.json$|README(\.zh-CN)?\.md$|LICENSE$|CHANGELOG\.md$)|\.test\.|\/testing\//;
    expect(files.filter((file) => strangers.test(file))).toEqual([]);
  });

  it('imports no TypeScript file', async () => {
    const wrong: string[] = [];
    for (const file of files.filter((path) => path.endsWith('.js'))) {
      const text = await readFile(join(root, file), 'utf8');
      // tsc leaves a dynamic import in a function with `await using` as it is written.
      if (/(from|import\()\s*['"]\.{1,2}\/[^'"]+\.ts['"]/.test(text)) wrong.push(file);
    }
    expect(wrong).toEqual([]);
  });

  it('publint finds nothing to complain about', async () => {
    const publint = join(root, 'node_modules/publint/src/cli.js');
    const { code, stdout } = await command(process.execPath, [publint, 'run', tarball, '--strict'], {
      cwd: folder,
    });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All good!') as string,
    });
  });
});

describe.each([
  ['with ONNXRUNTIME_NODE_INSTALL=skip', 'skip'],
  ['without ONNXRUNTIME_NODE_INSTALL', undefined],
])('installed into an empty folder %s', (_, install) => {
  let project: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    project = join(folder, install ?? 'plain');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    env = {
      ...process.env,
      REGRAFT_HOME: process.env.REGRAFT_HOME ?? join(folder, 'home'),
      NO_COLOR: '1',
      FORCE_COLOR: '',
    };
    // What the surrounding `npm test` sets for this repository does not hold for a user.
    for (const name of Object.keys(env)) {
      if (/^npm_(config|package|lifecycle)_|^ONNXRUNTIME_/i.test(name)) env[name] = undefined;
    }
    if (install !== undefined) env.ONNXRUNTIME_NODE_INSTALL = install;
    const { code, stderr } = await command('npm', ['install', '--no-audit', '--no-fund', tarball], {
      cwd: project,
      env,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  const regraft = (...args: string[]): Promise<Outcome> =>
    command('npx', ['--no-install', 'regraft', ...args], { cwd: project, env });

  it('npx regraft --version and --help answer', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await regraft('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
    const help = await regraft('--help');
    expect(help).toMatchObject({ code: 0 });
    expect(help.stdout).toContain('regraft train photos');
  });

  it('the library can be imported', async () => {
    const code =
      "const { train, loadClassifier } = await import('regraft'); console.log(typeof train, typeof loadClassifier);";
    const outcome = await command(process.execPath, ['--input-type=module', '-e', code], {
      cwd: project,
      env,
    });
    expect(outcome).toMatchObject({ code: 0, stdout: 'function function\n' });
  });

  it('the server is an entry of its own', async () => {
    const lines = [
      "import { createApp, serve } from 'regraft/server'",
      'console.log(typeof serve, typeof createApp)',
    ];
    const outcome = await command(process.execPath, ['--input-type=module', '-e', lines.join('; ')], {
      cwd: project,
      env,
    });
    expect(outcome).toMatchObject({ code: 0, stdout: 'function function\n' });
  });

  it('its types resolve', async () => {
    await writeFile(join(project, 'sample.ts'), typedSample);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable,dom',
    ];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--skipLibCheck'];
    const outcome = await command(process.execPath, [tsc, ...flags, ...types, 'sample.ts'], {
      cwd: project,
      env,
    });
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
  });

  it('train works', async () => {
    const { code, stdout, stderr } = await regraft('train', join(folder, 'flowers'), '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const run = JSON.parse(stdout) as { metrics: { test: { accuracy: number } } };
    expect(run.metrics.test.accuracy).toBeGreaterThan(0.5);
  });

  it('without onnxruntime-node, train says how to install it', async () => {
    await rm(join(project, 'node_modules/onnxruntime-node'), { recursive: true, force: true });
    const { code, stdout, stderr } = await regraft(
      'train',
      join(folder, 'flowers'),
      '--json',
      '--out',
      'other-model',
    );
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } };
    expect(error.code).toBe('RUNTIME_MISSING');
    expect(error.hint).toContain(remedy);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

const typedSample = `
import { loadClassifier, train, RegraftError, type Prediction, type RunRecord } from 'regraft';
import { createApp, serve } from 'regraft/server';
import { loadClassifier as loadInBrowser, type WebClassifier } from 'regraft/web';

const { run, folder }: { run: RunRecord; folder: string } = await train('flowers', { head: 'logistic', seed: 1 });
const accuracy: number = run.metrics.test.accuracy;
await using classifier = await loadClassifier(folder);
for await (const prediction of classifier.classify(['photo.jpg'], { top: 2 })) {
  const { path, label }: Prediction = prediction;
  console.log(path, label, accuracy);
}
// @ts-expect-error an unknown option is refused
await train('flowers', { hed: 'logistic' });
await using server = await serve(folder, { port: 0 });
await using app = await createApp([folder]);
const answer: Response = await app.fetch(new Request(server.url));
const inBrowser: WebClassifier = await loadInBrowser('/model.onnx', { executionProvider: 'wasm' });
const { probability }: Prediction = await inBrowser.classify(await answer.blob(), { top: 1 });
console.log(probability);
export const code: string = new RegraftError('ONE_CLASS', 'x').code;
`;

interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function command(
  name: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(name, args, { ...options, maxBuffer: 64e6 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? (error === null ? 0 : 'killed'), stdout, stderr }),
    );
  });
}
