import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildClassifier } from '../src/model/build-classifier.ts';
import { sealModel } from '../src/model/seal.ts';
import { encodeModel } from '../src/onnx/write.ts';
import { formulaHead, tinyBackbone } from './fixtures/tiny-backbone.ts';
import { findWeights, makeHome } from './support/home.ts';
import { drawDataset, drawPhoto } from './support/photos.ts';

// strace shows every system call of a run: what Regraft and the libraries below it open, write and connect to.
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const required = process.env.REGRAFT_TEST_ALL === '1' && process.platform === 'linux';
const hasStrace = process.platform === 'linux' && canRun('strace');
const weights = await findWeights();

it.runIf(required)('strace is installed, which the tests below need', () => {
  expect(hasStrace).toBe(true);
});

describe.skipIf(!hasStrace)('a run under strace', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await makeSandbox();
  });
  afterEach(() => rm(sandbox.root, { recursive: true, force: true }));

  it('of predict writes nothing, anywhere, and opens no connection', async () => {
    const model = buildClassifier(tinyBackbone(), ['early', 'bottleneck'], formulaHead(32, ['a', 'b']));
    await writeFile(join(sandbox.work, 'model.onnx'), sealModel(encodeModel(model)));
    await writeFile(join(sandbox.work, 'photo.jpg'), await drawPhoto('circles', 1));
    const run = await trace(sandbox, ['predict', 'model.onnx', 'photo.jpg', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject([{ path: 'photo.jpg', top: [{}, {}] }]);
    expect(run.connections).toEqual([]);
    expect(run.written).toEqual([]);
    await expectEmpty(sandbox.elsewhere);
  });

  it.skipIf(weights.path === undefined)(
    'of train writes in its home and its output folder only, and opens no connection',
    async () => {
      await drawDataset(join(sandbox.work, 'photos'), 6);
      await makeHome(sandbox.home, weights);
      const run = await trace(sandbox, [
        'train',
        'photos',
        '--out',
        'model',
        '--validation-percent',
        '20',
        '--test-percent',
        '20',
      ]);
      expect(await readdir(join(sandbox.work, 'model'))).toContain('model.onnx');
      expect(run.connections).toEqual([]);
      expect(run.written.length).toBeGreaterThan(3);
      expect(
        run.written.filter((path) => !isBelow(path, [sandbox.home, join(sandbox.work, 'model')])),
      ).toEqual([]);
      await expectEmpty(sandbox.elsewhere);
    },
  );

  it('is watched closely enough: a file and a connection of a plain script are seen', async () => {
    const script = `
      require('node:fs').writeFileSync(process.env.HOME + '/device-id', 'x');
      require('node:net').connect(9, '127.0.0.1').on('error', () => {});
      new (require('node:worker_threads').Worker)(
        "require('node:dgram').createSocket('udp6').send('x', 9, '::1', () => process.exit())", { eval: true });`;
    const run = await trace(sandbox, ['-e', script], []);
    expect(run.written).toEqual([join(sandbox.elsewhere, 'home', 'device-id')]);
    expect(run.connections.some((line) => line.includes('connect(') && line.includes('AF_INET,'))).toBe(true);
    expect(run.connections.some((line) => line.includes('AF_INET6'))).toBe(true);
  });
});

interface Sandbox {
  readonly root: string;
  /** The working directory. */
  readonly work: string;
  /** REGRAFT_HOME */
  readonly home: string;
  /** Empty folders to which every variable points that names a place for files. */
  readonly elsewhere: string;
}

async function makeSandbox(): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'regraft-isolation-')));
  const [work, home, elsewhere] = [join(root, 'work'), join(root, 'regraft-home'), join(root, 'elsewhere')];
  for (const folder of [work, home, ...Object.values(places(elsewhere))]) {
    await mkdir(folder, { recursive: true });
  }
  return { root, work, home, elsewhere };
}

function places(elsewhere: string): Record<string, string> {
  return {
    HOME: join(elsewhere, 'home'),
    TMPDIR: join(elsewhere, 'tmp'),
    XDG_CACHE_HOME: join(elsewhere, 'cache'),
    XDG_CONFIG_HOME: join(elsewhere, 'config'),
    XDG_DATA_HOME: join(elsewhere, 'data'),
    XDG_STATE_HOME: join(elsewhere, 'state'),
    XDG_RUNTIME_DIR: join(elsewhere, 'run'),
  };
}

interface TracedRun {
  readonly stdout: string;
  /** Every file or folder that was opened for writing, made, renamed, linked or deleted. */
  readonly written: readonly string[];
  /** Calls that connect or send to the internet protocols, or look a name up. */
  readonly connections: readonly string[];
}

const calls =
  'openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate,mknod,mknodat,connect,sendto,sendmsg,sendmmsg,bind';

async function trace(
  sandbox: Sandbox,
  args: readonly string[],
  program: readonly string[] = [main],
): Promise<TracedRun> {
  const log = join(sandbox.root, 'strace.log');
  const { PATH = '' } = process.env;
  // -y writes the path of every descriptor, so that a path relative to one is whole.
  const options = ['-f', '-y', '-s', '4096', '-e', `trace=${calls}`, '-o', log];
  const { stdout } = await promisify(execFile)(
    'strace',
    [...options, process.execPath, ...program, ...args],
    {
      cwd: sandbox.work,
      env: {
        PATH,
        REGRAFT_HOME: sandbox.home,
        REGRAFT_OFFLINE: '1',
        // What goes through io_uring is no system call of its own.
        UV_USE_IO_URING: '0',
        ...places(sandbox.elsewhere),
      },
      maxBuffer: 2 ** 26,
    },
  );
  const lines = joinSplitCalls((await readFile(log, 'utf8')).split('\n'));
  // A trace that saw nothing would prove nothing.
  expect(lines.some((line) => line.includes('openat('))).toBe(true);
  return {
    stdout,
    written: [...new Set(lines.flatMap((line) => writtenPaths(line, sandbox.work)))],
    connections: lines.filter(
      (line) => /\b(connect|send\w+|bind)\(/.test(line) && /AF_INET|resolve|nscd/.test(line),
    ),
  };
}

/** Puts calls together that strace wrote in two lines, as another thread made one meanwhile. */
function joinSplitCalls(lines: readonly string[]): string[] {
  const begun = new Map<string, string>();
  return lines.map((line) => {
    const [, thread = '', call = ''] = /^(\d+) +(.*) <unfinished \.\.\.>$/.exec(line) ?? [];
    if (call !== '') begun.set(thread, call);
    const [, resumed = '', rest] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    return rest === undefined ? line : `${resumed} ${begun.get(resumed) ?? ''}${rest}`;
  });
}

/** The paths that a line of strace changes; devices and what the kernel shows as files do not count. */
function writtenPaths(line: string, work: string): string[] {
  const call = /\b(\w+)\((.*)\) += (-?\d+)/.exec(line);
  if (call === null) return [];
  const [, name = '', parameters = '', result = '-1'] = call;
  const isOpen = name === 'open' || name === 'openat';
  if (result.startsWith('-') || /^(connect|send\w*|bind)$/.test(name)) return [];
  if (isOpen && !/O_WRONLY|O_RDWR|O_CREAT/.test(parameters)) return [];
  const folder = /^(?:AT_FDCWD|\d+)<([^>]*)>/.exec(parameters)?.[1] ?? work;
  return [...parameters.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, path = '']) => (path.startsWith(sep) ? path : join(folder, path)))
    .filter((path) => !/^\/(dev|proc|sys)\//.test(path));
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder + sep));
}

async function expectEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)).toEqual([]);
  expect(entries).toHaveLength(Object.keys(places(folder)).length);
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
