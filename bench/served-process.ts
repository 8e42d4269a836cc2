import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export interface ServedProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Memory that the process holds, MB; NaN where there is no /proc. */
  memoryMb(): Promise<number>;
}

/** Starts `regraft serve` from dist/ on a free port. */
export async function startServed(model: string, args: readonly string[] = []): Promise<ServedProcess> {
  const main = fileURLToPath(new URL('../dist/cli/regraft.cjs', import.meta.url));
  const child = spawn(
    process.execPath,
    [main, 'serve', model, '--port', '0', '--log-level', 'error', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let announced = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    announced += String(text);
    if (announced.includes('curl')) break;
  }
  const url = /http:\/\/\S+\//.exec(announced)?.[0];
  if (url === undefined) throw new Error(`The server of ${model} did not start.`);
  return {
    url,
    child,
    async memoryMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
