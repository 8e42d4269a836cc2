import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode, writeError } from '../../atomic-file.ts';
import { cancelledError, RegraftError, throwIfCancelled } from '../../errors.ts';
import { findNpm, type NpmCommand } from './npm-command.ts';
import { npmError, readNpmFailure } from './npm-failure.ts';

/** A version of a package on the npm registry. */
export interface NpmPackage {
  readonly package: string;
  readonly version: string;
}

/** Options of {@link fetchFromNpm}. */
export interface NpmOptions {
  /** Takes the tarball's bytes so far, a few times a second. */
  onBytes?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** npm's environment. @default process.env */
  env?: NodeJS.ProcessEnv | undefined;
  /** npm is ended when nothing has arrived for so long. @default 60000 */
  stallMs?: number | undefined;
  /** How to start npm. @default as {@link findNpm} finds it */
  command?: NpmCommand | undefined;
}

const pollMs = 200;

/**
 * Fetches a package's tarball into an existing folder with the user's own `npm pack`, which honours their registry, proxy,
 * certificates and token, and checks the registry's hash. Gives the path of the .tgz. Runs none of the package's scripts.
 *
 * @throws RegraftError `DOWNLOAD_FAILED`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function fetchFromNpm(
  source: NpmPackage,
  folder: string,
  options: NpmOptions = {},
): Promise<string> {
  const { onBytes, signal, env = process.env, stallMs = 60_000 } = options;
  throwIfCancelled(signal);
  const spec = `${source.package}@${source.version}`;
  // A cache of its own: its growth is the progress, and the user's cache does not fill with what is stored elsewhere anyway.
  const cache = join(folder, 'npm-cache');
  const packed = join(folder, 'npm-pack');
  await Promise.all([cache, packed].map((path) => mkdir(path, { recursive: true }))).catch(
    (error: unknown) => {
      throw writeError(folder, error);
    },
  );

  const npm = start(options.command ?? findNpm(env), packArguments(spec, cache, packed), env);
  let ended: 'cancelled' | 'stalled' | undefined;
  const end = (reason: 'cancelled' | 'stalled'): void => {
    ended ??= reason;
    kill(npm.child);
  };
  const onAbort = (): void => end('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  // npm must not outlive a program that exits while it waits.
  const onExit = (): void => kill(npm.child);
  process.once('exit', onExit);
  let shown = 0;
  const show = (bytes: number): void => {
    if (bytes > shown) onBytes?.((shown = bytes));
  };
  const watch = watchGrowth(cache, stallMs, show, () => end('stalled'));
  let result: NpmResult;
  try {
    result = await npm.result;
  } finally {
    watch.stop();
    signal?.removeEventListener('abort', onAbort);
    process.removeListener('exit', onExit);
  }
  if (ended === 'cancelled') throw cancelledError();
  if (ended === 'stalled') throw stalledError(spec, stallMs);
  if (result.missing) throw npmMissingError();
  if (result.exitCode !== 0) throw npmError(spec, folder, readNpmFailure(result.stdout, result.stderr));

  await rm(cache, { recursive: true, force: true });
  // Looked for by its ending: some versions of npm report the file of a scoped package under another name.
  const tarball = (await readdir(packed)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw npmError(spec, folder, { code: '', summary: 'npm pack wrote no file' });
  show((await stat(join(packed, tarball))).size);
  return join(packed, tarball);
}

function packArguments(spec: string, cache: string, packed: string): string[] {
  return [
    ...[
      'pack',
      spec,
      '--json',
      '--ignore-scripts',
      '--no-dry-run',
      '--cache',
      cache,
      '--pack-destination',
      packed,
    ],
    ...[
      '--no-update-notifier',
      '--no-audit',
      '--no-fund',
      '--no-progress',
      '--loglevel=error',
      '--logs-max=0',
    ],
    // npm's own pauses between attempts (10 s, then 60 s) are made for builds that nobody watches.
    ...['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000'],
  ];
}

// A module that npm loads first: its stdin is a pipe of this process, which the system closes however this process ends, by kill -9 too.
const endWithParent = `data:text/javascript,${encodeURIComponent(
  `const end = () => process.kill(process.pid, 'SIGKILL');
  process.stdin.on('end', end).on('error', end).resume().unref();`,
)}`;

interface NpmResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly missing: boolean;
}

function start(
  npm: NpmCommand,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { child: ChildProcess; result: Promise<NpmResult> } {
  // Only where Node runs npm can a module be loaded into it.
  const first = npm.args.length > 0 ? ['--import', endWithParent] : [];
  const all = [...first, ...npm.args, ...args].map((arg) => (npm.shell ? `"${arg}"` : arg));
  const child = spawn(npm.file, all, {
    env,
    shell: npm.shell,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let stdout = '';
  let stderr = '';
  // A write to a program that has gone must not end this one; nothing is ever written.
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = new Promise<NpmResult>((resolve, reject) => {
    child.once('error', (error) => {
      if (errnoCode(error) === 'ENOENT') resolve({ exitCode: null, stdout, stderr, missing: true });
      else reject(error);
    });
    child.once('close', (exitCode) => {
      const missing = npm.shell && /not recognized|not found/.test(stderr);
      resolve({ exitCode, stdout, stderr, missing });
    });
  });
  return { child, result };
}

function kill(child: ChildProcess): void {
  if (process.platform === 'win32' && child.pid !== undefined) {
    // There, ending the shell would leave npm running.
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' }).once('error', () =>
      child.kill(),
    );
  } else {
    child.kill('SIGKILL');
  }
}

/** Shows the size of the largest file under a folder; calls `onStall` when nothing has changed for `stallMs`. */
function watchGrowth(
  folder: string,
  stallMs: number,
  show: (bytes: number) => void,
  onStall: () => void,
): { stop: () => void } {
  let total = -1;
  let changed = performance.now();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void measureFiles(folder).then((sizes) => {
      busy = false;
      const sum = sizes.reduce((all, size) => all + size, 0);
      if (sum !== total) changed = performance.now();
      else if (performance.now() - changed > stallMs) onStall();
      total = sum;
      show(Math.max(0, ...sizes));
    });
  }, pollMs);
  return { stop: () => clearInterval(timer) };
}

async function measureFiles(folder: string): Promise<number[]> {
  // npm moves its files as it goes: one that is gone in between counts next time.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
}

function stalledError(spec: string, stallMs: number): RegraftError {
  return new RegraftError(
    'DOWNLOAD_FAILED',
    `npm could not fetch ${spec}: nothing arrived for ${stallMs / 1000} s.`,
    {
      hint: "Check the connection and npm's settings: `npm config get registry`, `npm config get proxy`.",
    },
  );
}

function npmMissingError(): RegraftError {
  return new RegraftError('DOWNLOAD_FAILED', 'npm was not found, neither beside Node nor on the PATH.', {
    hint: 'Install npm: Regraft fetches packages with it, so that your registry, proxy and login count.',
  });
}
