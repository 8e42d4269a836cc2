import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../features/testing/temporary-folder.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { checkpointPath, removeCheckpoint } from './checkpoint.ts';
import { resolveTuningSettings, type TuningOptions } from './settings.ts';
import { tinyProblem } from './testing/tiny-problem.ts';
import { tune } from './tune.ts';
import type { Tuned } from './tuning.ts';

const script = fileURLToPath(new URL('testing/tune-in-process.ts', import.meta.url));

/** Runs the script; kills it as `kill -9` does once it has printed a line. Gives the lines. */
async function runScript(args: readonly string[], killAfter?: string): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (line === killAfter) child.kill('SIGKILL');
  }
  await ended;
  return lines;
}

describe('a fine-tuning that was killed', () => {
  it.each(['sgd', 'adamw'])(
    'ends with the same bytes when it is resumed, twice, in the middle of epochs: %s',
    async (optimizer) => {
      const folder = await temporaryFolder();
      const whole = (await runScript([await temporaryFolder(), 'anew', '0', optimizer])).at(-1);
      expect(whole).toMatch(/^end .*"sha256":"[0-9a-f]{64}"/);

      // Seven steps an epoch: the third step of the second epoch, and the second of the third.
      const first = await runScript([folder, 'anew', '15', optimizer], 'step 10');
      expect(first.at(-1)).not.toMatch(/^end/);
      const second = await runScript([folder, 'resume', '15', optimizer], 'step 16');
      expect(second.at(-1)).not.toMatch(/^end/);
      // It went on where a checkpoint was, not from the start.
      expect(Number(second[0]?.replace('step ', ''))).toBeGreaterThan(8);
      const last = await runScript([folder, 'resume', '0', optimizer]);
      expect(Number(last[0]?.replace('step ', ''))).toBeGreaterThan(14);
      expect(last.at(-1)).toBe(whole);

      // All is done: nothing is computed again.
      expect(await runScript([folder, 'resume', '0', optimizer])).toEqual([whole]);
      await removeCheckpoint(folder);
      expect(await readdir(folder)).toEqual([]);
    },
  );
});

const key = { photos: 'abc', options: { cut: 'Mixed_6e' } };

async function tuneIn(
  folder: string,
  { resume = true, own = key, ...options }: { resume?: boolean; own?: object } & TuningOptions = {},
): Promise<{ tuned: Tuned; notices: string[] }> {
  const notices: string[] = [];
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === 'notice') notices.push(event.text);
  };
  const checkpoint = { folder, key: JSON.stringify(own), resume };
  const settings = resolveTuningSettings({ learningRate: 0.02, epochs: 2, ...options });
  return {
    tuned: await tune(tinyProblem(), settings, { seed: 1, workers: 1, onProgress, checkpoint }),
    notices,
  };
}

describe('a checkpoint', () => {
  it('of other photos or options is refused, naming what differs', async () => {
    const folder = await temporaryFolder();
    await tuneIn(folder, { resume: false });
    const refused = async (change: Parameters<typeof tuneIn>[1]): Promise<string> => {
      const error: unknown = await tuneIn(folder, change).catch((failure: unknown) => failure);
      expect(error).toMatchObject({
        code: 'CHECKPOINT_MISMATCH',
        hint: expect.stringContaining('--resume') as string,
      });
      return (error as Error).message.replace(folder, '<folder>');
    };
    expect(await refused({ own: { ...key, photos: 'abd' } })).toBe(
      'Expected a checkpoint of the same training in <folder>/fine-tuning.checkpoint but found one with other photos ("abc", now "abd").',
    );
    expect(await refused({ own: { ...key, options: { cut: 'Mixed_7a' } } })).toContain(
      'options.cut ("Mixed_6e", now "Mixed_7a")',
    );
    // What the caller's key does not name, the loop itself does.
    expect(await refused({ epochs: 3 })).toContain('with other epochs (2, now 3).');
    expect((await tuneIn(folder)).notices).toEqual([]);
  });

  it('that is missing or damaged lets the training start anew, with a notice', async () => {
    const folder = await temporaryFolder();
    const fresh = await tuneIn(folder);
    expect(fresh.notices).toEqual([`There is no checkpoint in ${folder}: fine-tuning starts anew.`]);
    const path = checkpointPath(folder);
    const good = await readFile(path);
    const flipped = Buffer.from(good);
    flipped[good.length - 100]! ^= 1;
    for (const damaged of [
      flipped,
      good.subarray(0, good.length - 50),
      good.subarray(0, 10),
      Buffer.alloc(0),
    ]) {
      await writeFile(path, damaged);
      const { tuned, notices } = await tuneIn(folder);
      expect(notices).toEqual([`The checkpoint ${path} is damaged: fine-tuning starts anew.`]);
      expect(tuned.parameters).toEqual(fresh.tuned.parameters);
      // A new one has taken its place.
      expect((await tuneIn(folder)).notices).toEqual([]);
    }
  });

  it('that cannot be written does not end the training, and is told once', async () => {
    const folder = join(await temporaryFolder(), 'file');
    await writeFile(folder, 'no folder');
    const { tuned, notices } = await tuneIn(folder, { resume: false });
    expect(tuned.curve).toHaveLength(2);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`Cannot write ${checkpointPath(folder)}`);
  });

  it('takes the temporary files away that a killed process left', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.0b7f3a52-4f4e-4ed6-9d0c-2a8a5a3c9d11.tmp'), 'half');
    await tuneIn(folder, { resume: false });
    expect(await readdir(folder)).toEqual(['fine-tuning.checkpoint']);
  });
});
