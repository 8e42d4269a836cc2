import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a run of the command line ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how the command line runs. */
export interface RunOptions {
  readonly home: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from stdin; absent: nothing. */
  readonly input?: string;
  /** Source of an ES module that is loaded first. */
  readonly preload?: string;
}

/** A running command line. */
export interface RunningRegraft {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** Runs the built command line in a process of its own; never offline unless told so. */
export function runRegraft(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return startRegraft(args, options).ended;
}

/** Starts the built command line in a process of its own. */
export function startRegraft(args: readonly string[], options: RunOptions): RunningRegraft {
  const { home, cwd, preload, input } = options;
  const first =
    preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const env = { ...process.env, REGRAFT_HOME: home, FORCE_COLOR: '', NO_COLOR: '1', ...options.env };
  const child = spawn(process.execPath, [...first, main, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Who reads nothing of it may end before it is written.
  child.stdin.on('error', () => undefined).end(input ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Parses stdout as the one JSON document that `--json` promises: nothing before it, a line end after it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what a command prints
export function jsonOf<T>(outcome: Pick<Outcome, 'stdout'>): T {
  return JSON.parse(outcome.stdout) as T;
}

/** What an expected failure looks like with `--json`. */
export interface PrintedFailure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}

/** True when a text shows a stack trace. */
export function showsStack(text: string): boolean {
  return /^\s+at .+[:(]\d+/m.test(text) || /node:internal|UNEXPECTED|defect of Regraft/.test(text);
}
