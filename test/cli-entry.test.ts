import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../dist/cli/regraft.cjs', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-entry-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `regraft --version` where Node sees so many cores; gives what it printed and how many threads it had. */
async function run(cores: number, env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; threads: number }> {
  const preload = join(folder, `${cores}.cjs`);
  await writeFile(
    preload,
    `require('node:os').availableParallelism = () => ${cores};
     process.on('exit', () => process.stderr.write(String(require('node:fs').readdirSync('/proc/self/task').length)));`,
  );
  const options = { env: { ...process.env, UV_THREADPOOL_SIZE: undefined, ...env } };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--require', preload, entry, '--version'],
    options,
  );
  return { stdout, threads: Number(stderr) };
}

describe.skipIf(process.platform !== 'linux')('the installed program', () => {
  it('has a thread for each core to read and decode photos, four at least, unless the user says otherwise', async () => {
    const few = await run(2);
    expect(few.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(4)).threads).toBe(few.threads);
    expect((await run(11)).threads).toBe(few.threads + 7);
    expect((await run(11, { UV_THREADPOOL_SIZE: '6' })).threads).toBe(few.threads + 2);
  });
});
