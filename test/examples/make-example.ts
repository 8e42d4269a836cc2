import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface RunningProgram {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

/**
 * Copies an example to a folder and puts in its `node_modules` what `npm install` would: this checkout as `regraft`, the checkout's own
 * packages for the others.
 */
export async function makeExample(name: string, folder: string): Promise<string> {
  const place = join(folder, name);
  await cp(join(checkout, 'examples', name), place, { recursive: true });
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    await readFile(join(place, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string> | undefined>;
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(place, 'node_modules', dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(dependency === 'regraft' ? checkout : join(checkout, 'node_modules', dependency), link);
  }
  return place;
}

/** Runs one of the example's programs with Node in its folder. */
export function startExample(
  place: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningProgram {
  const child = spawn(process.execPath, args, {
    cwd: place,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}
