import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process that runs one of the scripts of this folder. */
export interface RunningScript {
  readonly child: ChildProcess;
  readonly ended: Promise<{ exitCode: number | null; stdout: string }>;
}

/** Starts a script of this folder in a process group of its own, so that killing the group takes its children along. */
export function startScript(name: string, args: readonly string[], env: NodeJS.ProcessEnv): RunningScript {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const ended = new Promise<{ exitCode: number | null; stdout: string }>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, stdout })),
  );
  return { child, ended };
}

/** Ends a script as `kill -9` does, with its children. */
export async function killScript({ child, ended }: RunningScript): Promise<void> {
  if (child.pid === undefined) throw new Error('The process did not start.');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
