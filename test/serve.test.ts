import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadClassifier } from '../src/classify.ts';
import type { PredictAnswer } from '../src/server/answers.ts';
import { smallModel, writeModel } from '../src/server/testing/small-model.ts';
import { drawPhoto } from './support/photos.ts';
import { type Outcome, runRegraft, type RunningRegraft, startRegraft } from './support/regraft.ts';

const photo = new Uint8Array(await drawPhoto('circles', 1));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-serve-'));
  await writeModel(join(folder, 'signs'), smallModel(['a', 'b', 'c']));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Served extends RunningRegraft {
  readonly url: string;
  readonly announced: string;
}

/** Starts `regraft serve` on a free port and waits until it says that it serves. */
async function startServing(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const running = startRegraft(['serve', 'signs', '--port', '0', '--workers', '1', ...args], {
    home: join(folder, 'home'),
    cwd: folder,
    env,
  });
  onTestFinished(() => void running.child.kill('SIGKILL'));
  let announced = '';
  running.child.stdout?.on('data', (more: string) => (announced += more));
  await expect.poll(() => announced, { timeout: 20_000 }).toContain('curl');
  return { ...running, announced, url: /http:\/\/\S+\//.exec(announced)?.[0] ?? '' };
}

function logOf({ stderr }: Outcome): Record<string, unknown>[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.skipIf(process.platform === 'win32')('regraft serve', () => {
  it('says where it serves what, answers as predict does, logs JSON lines alone, and ends with 0 on SIGTERM', async () => {
    const { url, announced, child, ended } = await startServing();
    expect(announced).toMatch(
      /^Serving on http:\/\/127\.0\.0\.1:\d+\/\n {2}signs: 3 classes\nTry it in a browser/,
    );
    const path = /curl .* (http\S+)/.exec(announced)?.[1] ?? '';
    const answer = await fetch(path, { method: 'POST', body: photo });
    const { predictions } = (await answer.json()) as PredictAnswer;
    await using classifier = await loadClassifier(join(folder, 'signs'), { workers: 1 });
    expect(predictions[0]).toMatchObject({ probability: (await classifier.classifyOne(photo)).probability });
    child.kill('SIGTERM');
    const outcome = await ended;
    expect(outcome).toMatchObject({ code: 0, signal: null });
    expect(logOf(outcome).map(({ msg }) => msg)).toEqual(['model loaded', 'serving', 'request', 'stopping']);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('ends with 0 on Ctrl-C, and at once on a second signal while a request is under way', async () => {
    const first = await startServing();
    first.child.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 0, signal: null });
    const second = await startServing(['--grace', '60']);
    const slow = new ReadableStream({ start: (controller) => controller.enqueue(photo.subarray(0, 10)) });
    const cutOff = fetch(`${second.url}v1/models/signs/predict`, {
      method: 'POST',
      body: slow,
      duplex: 'half',
    });
    cutOff.catch(() => undefined);
    await expect
      .poll(async () => (await fetch(`${second.url}metrics`)).text())
      .toContain('regraft_body_bytes 10\n');
    second.child.kill('SIGTERM');
    await expect
      .poll(() => fetch(second.url, { headers: { connection: 'close' } }).catch(() => 'closed'))
      .toBe('closed');
    expect(second.child.exitCode).toBe(null);
    const start = performance.now();
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(performance.now() - start).toBeLessThan(10_000);
    await expect(cutOff).rejects.toThrow();
  });

  it('asks for the token of a file or of REGRAFT_TOKEN, which nothing prints', async () => {
    await writeFile(join(folder, 'token.txt'), 'from-file-1\n');
    for (const [args, env, token] of [
      [['--token-file', 'token.txt'], {}, 'from-file-1'],
      [[], { REGRAFT_TOKEN: 'from-env-2' }, 'from-env-2'],
    ] as const) {
      const { url, child, ended } = await startServing(args, env);
      expect((await fetch(`${url}v1/models`)).status).toBe(401);
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${url}v1/models`, { headers })).status).toBe(200);
      child.kill('SIGTERM');
      const { stdout, stderr } = await ended;
      expect(`${stdout}${stderr}`).not.toContain(token);
      expect(stdout).toContain('$REGRAFT_TOKEN');
    }
  });

  it('warns where other machines reach it without a token', async () => {
    const { child, ended } = await startServing(['--host', '0.0.0.0', '--log-level', 'warn']);
    child.kill('SIGTERM');
    expect(logOf(await ended)).toMatchObject([{ level: 40, host: '0.0.0.0' }]);
  });
});

describe('regraft serve refuses', () => {
  const refused = (...args: string[]): Promise<Outcome> =>
    runRegraft(['serve', ...args], { home: join(folder, 'home'), cwd: folder });

  it('a port that is taken, and names it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await expect.poll(() => taken.listening).toBe(true);
    const { port } = taken.address() as AddressInfo;
    const outcome = await refused('signs', '--port', String(port));
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toBe(
      `Error: Expected to listen on 127.0.0.1:${port}, but another program listens on port ${port}.\n  Choose another one with --port; --port 0 takes a free one.\n`,
    );
  });

  it.each([
    ['a folder without a model', ['gone', '--port', '0'], 1, 'Expected a model at gone'],
    ['two models of one name', ['signs', 'other/signs'], 2, 'two of the folders are called "signs"'],
    ['an empty token file', ['signs', '--token-file', 'empty.txt'], 2, 'Expected a token in "empty.txt"'],
    ['a token file that is not there', ['signs', '--token-file', 'gone.txt'], 2, '"gone.txt" cannot be read'],
    ['a port beyond 65535', ['signs', '--port', '65536'], 2, '--port'],
    ['a level that is none', ['signs', '--log-level', 'loud'], 2, '--log-level'],
    ['no model at all', [], 2, "argument 'models'"],
  ])('%s', async (_, args, code, text) => {
    await writeFile(join(folder, 'empty.txt'), '\n');
    const outcome = await refused(...args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(text);
    expect(outcome.stdout).toBe('');
  });
});
