import { existsSync } from 'node:fs';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regraft-cli-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function regraft(...args: string[]): Promise<Outcome> {
  const { child, outcome } = start(args);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

function start(args: string[]): { child: ChildProcessByStdio<null, Readable, Readable>; outcome: Outcome } {
  const env = {
    ...process.env,
    REGRAFT_HOME: join(folder, 'home'),
    REGRAFT_OFFLINE: '1',
    FORCE_COLOR: '',
    NO_COLOR: '',
  };
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
  return { child, outcome };
}

const commands = ['train', 'predict', 'evaluate', 'inspect', 'features', 'cache', 'backbones', 'demo'];

describe('help and version', () => {
  it('--version prints the version alone', async () => {
    expect(await regraft('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('--help lists every command and the exit codes', async () => {
    const { code, stdout } = await regraft('--help');
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b.* {2,}\\w`, 'm'));
    for (const exitCode of ['0', '1', '2', '70', '130']) {
      expect(stdout).toMatch(new RegExp(`^  ${exitCode} +\\w`, 'm'));
    }
  });

  it('without arguments the help is printed', async () => {
    const { code, stdout } = await regraft();
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: regraft <command> [options]');
  });

  it.each(commands)('%s --help shows examples, without colours or control codes', async (command) => {
    const { code, stdout, stderr } = await regraft(command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: regraft ${command}`);
    expect(stdout).toMatch(new RegExp(`^Examples:\\n  # .+\\n  \\$ regraft ${command}`, 'm'));
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('wrong usage ends with exit code 2 and says what was expected', () => {
  it.each([
    [['trian', 'photos'], "Unknown command 'trian'.", 'Did you mean train?'],
    [['train', 'photos', '--heda', 'retrain'], "Unknown option '--heda'.", 'Did you mean --head?'],
    [
      ['train', 'photos', '--head', 'logistics'],
      "Expected auto, logistic, ridge, centroid, mlp or retrain for --head but received 'logistics'.",
      'Did you mean logistic?',
    ],
    [
      ['train', 'photos', '--test-percent', 'abc'],
      "Expected integer between 1 and 80 for --test-percent but received 'abc'.",
      '',
    ],
    [
      ['train', 'photos', '--test-percent', '81'],
      "Expected integer between 1 and 80 for --test-percent but received '81'.",
      '',
    ],
    [
      ['train', 'photos', '--test-percent', '1e1'],
      "Expected integer between 1 and 80 for --test-percent but received '1e1'.",
      '',
    ],
    [['train', 'photos', '--seed', '-1'], "received '-1'.", ''],
    [
      ['train', 'photos', '--learning-rate', '0.1'],
      '--learning-rate belongs to --head retrain or mlp, but the head is auto.',
      'Add --head retrain',
    ],
    [
      ['train', 'photos', '--head', 'retrain', '--l2', '1'],
      '--l2 belongs to --head logistic or ridge, but the head is retrain.',
      'Add --head logistic',
    ],
    [['train'], 'Expected a folder of photos but received none.', 'regraft train flowers'],
    [['train', 'photos', '--bottlenecks', 'texts'], "received both 'photos' and 'texts'.", ''],
    [['train', 'photos', 'more'], 'Too many arguments', ''],
    [['train', ''], 'Expected a path for the folder of photos but received "".', ''],
    [
      ['train', '--bottlenecks', 'texts', '--taps', 'a'],
      'Expected no taps with bottlenecks but received one.',
      'leave it out',
    ],
    [['help', 'trian'], "Unknown command 'trian'.", 'Did you mean train?'],
    [['predict', 'model'], "Missing required argument 'photos'.", 'See `regraft predict --help`.'],
    [
      ['predict', 'model', 'a.jpg', '--top', '0'],
      "Expected integer of at least 1 for --top but received '0'.",
      '',
    ],
    [['features', 'photos'], "Required option '-o, --output <path>' not specified.", '--help'],
    [
      ['features', 'photos', '-o', 'x', '--format', 'arow'],
      "Expected arrow or retrain-txt for --format but received 'arow'.",
      'Did you mean arrow?',
    ],
    [['cache', 'prnue'], "Unknown command 'cache prnue'.", 'Did you mean prune?'],
    [['demo', 'flower'], "received 'flower'.", 'Did you mean flowers?'],
  ])('regraft %j', async (args, message, hint) => {
    const { code, stdout, stderr } = await regraft(...args);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^ +at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

it.skipIf(!existsSync('/dev/full'))(
  'a full disk behind stdout is told as such, and work under way is ended cleanly',
  async () => {
    const child = spawn('/bin/sh', ['-c', '"$0" "$1" backbones > /dev/full', process.execPath, main], {
      env: { ...process.env, REGRAFT_HOME: join(folder, 'home') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Error: No space left on the disk while writing the output\.\n/,
      ) as string,
    });
  },
);

describe('--json keeps stdout to one document', () => {
  it('for wrong usage', async () => {
    const { code, stdout, stderr } = await regraft('train', 'photos', '--heda', 'x', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'INVALID_OPTION', message: "Unknown option '--heda'.", hint: 'Did you mean --head?' },
    });
    expect(stderr).toContain("Unknown option '--heda'.");
  });

  it('for flags that exclude each other', async () => {
    const { code, stdout } = await regraft('predict', 'model', 'a.jpg', '--json', '--csv');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: 'Expected one of --json and --csv but received both.' },
    });
  });

  it('for an expected failure', async () => {
    const { code, stdout, stderr } = await regraft('train', 'no-such-folder', '--json');
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } };
    expect(error.code).toBe('DATASET_NOT_FOUND');
    expect(error.message).toContain('no-such-folder');
    expect(stderr).toContain(error.message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('for a model that is not there', async () => {
    const { code, stdout } = await regraft('inspect', 'no-such-model', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'MODEL_NOT_FOUND' } });
  });

  it.each([
    ['nothere.onnx', /^Give a model/],
    ['inceptionv3', /^Did you mean "inception-v3"\? Give a model/],
  ])('for %s, which is neither a model nor a network', async (name, start) => {
    const { code, stdout } = await regraft('inspect', name, '--scaling', 'unit', '--json');
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } };
    expect(error.code).toBe('MODEL_NOT_FOUND');
    expect(error.message).toBe(`Expected a model or a network at ${name}, but it does not exist.`);
    expect(error.hint).toMatch(start);
    expect(error.hint).toMatch(/or a network: its id \(inception-v3, .+\), a file, a folder, or a source/);
  });

  it('for the list of networks', async () => {
    const { code, stdout, stderr } = await regraft('backbones', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject([
      { id: 'inception-v3', stored: false, tested: true, licence: 'Apache-2.0', inputSize: 299 },
      { id: 'mobilenet-v2-ssd', stored: false, tested: true, licence: 'Apache-2.0', featureSize: 1280 },
      { id: 'inception-v3-2015', stored: false, tested: false, sha256: null },
    ]);
  });

  it('for an empty cache', async () => {
    const { code, stdout, stderr } = await regraft('cache', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 0 });
  });
});

describe('expected failures end with exit code 1, a message and a hint', () => {
  it('there is no network to verify on a new machine', async () => {
    const { code, stdout, stderr } = await regraft('backbones', 'verify');
    expect(stderr).toContain('Expected a network to verify, but none is on this machine.');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('a source that nothing came from has nothing to forget', async () => {
    const { code, stdout } = await regraft('backbones', 'forget', 'hf:timm/resnet18#model.onnx');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Nothing was stored for hf:timm/resnet18#model.onnx.\n',
    });
  });

  it('a network file of unknown content is refused', async () => {
    await writeFile(join(folder, 'other.tflite'), 'not a network');
    const { code, stdout, stderr } = await regraft('backbones', 'add', 'other.tflite');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('other.tflite');
    expect(stderr).toContain('SHA-256');
  });

  it('a download is refused when REGRAFT_OFFLINE=1', async () => {
    const { code, stderr } = await regraft('backbones', 'fetch', 'inception-v3');
    expect(code).toBe(1);
    expect(stderr).toContain('REGRAFT_OFFLINE');
  });

  it('an unknown network is refused with the nearest match', async () => {
    const { code, stderr } = await regraft('backbones', 'fetch', 'inception-v2');
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "inception-v3"?');
  });
});

describe('a training on bottleneck files, which needs no network', () => {
  const train = ['train', '--bottlenecks', 'texts', '--head', 'retrain', '--json'];

  beforeAll(async () => {
    for (const [index, label] of ['cats', 'dogs'].entries()) {
      await mkdir(join(folder, 'texts', label), { recursive: true });
      for (let photo = 0; photo < 20; photo++) {
        const values = Array.from(
          { length: 16 },
          (_, column) => (column % 2 === index ? 1 : 0) + photo / 100 + column / 1000,
        );
        await writeFile(join(folder, 'texts', label, `${photo}.jpg.txt`), values.join(','));
      }
    }
  });

  it('--json prints the record alone on stdout, and clean progress lines on stderr', async () => {
    const { code, stdout, stderr } = await regraft(...train, '--steps', '50', '--eval-step-interval', '25');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      head: { type: 'retrain' },
      backbone: { id: 'bottlenecks' },
    });
    expect(stderr).toMatch(/^Step 25: Validation accuracy on random sampled 100 examples = \d+\.\d%$/m);
    // eslint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it("without --json the result is on stdout and ends with the classic's line", async () => {
    const { code, stdout } = await regraft(...train.slice(0, -1), '--steps', '50');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Test accuracy \d+\.\d %: right for \d of \d photos? that it was not trained on\.$/m,
    );
    expect(stdout).toMatch(/\nFinal test accuracy = \d+\.\d%\n$/);
  });

  it.skipIf(process.platform === 'win32')(
    'Ctrl-C stops it cleanly, with exit code 130 and one document',
    async () => {
      const { code, stdout, stderr } = await interrupted([...train, '--steps', '100000000']);
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
      expect(stderr).toContain('Stopping: what was computed is kept. Press again to stop at once.');
      expect(stderr).not.toMatch(/^ +at /m);
    },
  );
});

/** Runs a command and sends Ctrl-C as soon as its training has begun. */
async function interrupted(args: string[]): Promise<Outcome> {
  const { child, outcome } = start(args);
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', () => {
      if (outcome.stderr.includes('Step 0:')) resolve();
    });
    child.on('close', () => reject(new Error(`It ended before its training began: ${outcome.stderr}`)));
  });
  child.kill('SIGINT');
  await new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.on('close', resolve) : resolve(0),
  );
  return { ...outcome, code: child.exitCode };
}

it('a reader that goes away early is no failure', async () => {
  const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
