import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFeatures, RegraftError, type RunRecord, train } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { type FullDisk, fillDisk } from '../support/full-disk.ts';
import { drawDataset } from '../support/photos.ts';

const weights = await findWeights();

describe.skipIf(weights.missing !== undefined)('a full disk', () => {
  let root: string;
  let disk: string;
  let photos: string;
  let old: string;
  let features: string;
  let run: RunRecord;

  beforeAll(async () => {
    root = await temporaryFolder();
    photos = join(root, 'shapes');
    old = join(root, 'old-model');
    features = await makeHome(join(root, 'home'), weights);
    // All that is written afterwards lies below this folder.
    disk = join(root, 'disk');
    await mkdir(disk);
    await drawDataset(photos, 4);
    ({ run } = await train(photos, { out: old, home: features }));
  });

  afterAll(() => removeFolder(root));

  /** Repeats a work on a disk that is full from the first, the second, … write on, until it passes; gives the writes of that last time. */
  const failAtEachWrite = async (
    prepare: () => Promise<void>,
    work: () => Promise<unknown>,
    check: () => Promise<void>,
  ): Promise<readonly string[]> => {
    for (let nth = 1; nth < 200; nth++) {
      await prepare();
      let failure: unknown;
      const full: FullDisk = await fillDisk(disk, nth);
      try {
        await work();
      } catch (error) {
        failure = error;
      } finally {
        full.restore();
      }
      if (full.calls.length < nth) {
        expect(failure).toBeUndefined();
        return full.calls;
      }
      const place = `write ${nth}, ${full.calls[nth - 1] ?? ''}`;
      expect(failure, place).toBeInstanceOf(RegraftError);
      expect((failure as RegraftError).code, place).toBe('OUT_OF_DISK');
      expect((failure as RegraftError).hint, place).toContain('Free some space');
      expect(await temporaryFiles(disk), place).toEqual([]);
      await check();
      // Not after every one, for the sake of time.
      if (nth % 6 === 1) await work();
    }
    throw new Error('The work did not pass in 200 tries.');
  };

  const expectOldModel = async (): Promise<void> => {
    for (const name of await readdir(old)) {
      const [kept, was] = [await readFile(join(disk, 'model', name)), await readFile(join(old, name))];
      expect(sha256(kept), name).toBe(sha256(was));
    }
  };

  it('while features are computed and saved: a clear error, the old model whole, nothing left behind, and the next run passes', async () => {
    const home = join(disk, 'home');
    const calls = await failAtEachWrite(
      async () => {
        await rm(home, { recursive: true, force: true });
        await makeHome(home, weights);
        await rm(join(disk, 'model'), { recursive: true, force: true });
        await cp(old, join(disk, 'model'), { recursive: true });
      },
      () => train(photos, { home, out: join(disk, 'model'), seed: 1, workers: 2 }),
      expectOldModel,
    );
    expect(calls).toContain('handle.writeFile');
    expect(calls).toContain('handle.sync');
    expect(calls.filter((name) => name === 'rename').length).toBeGreaterThanOrEqual(7);
    const record = JSON.parse(await readFile(join(disk, 'model', 'run.json'), 'utf8')) as RunRecord;
    expect(record.model.sha256).toBe(sha256(await readFile(join(disk, 'model', 'model.onnx'))));
  }, 240_000);

  it('what was computed before the model could not be saved is not computed again', async () => {
    const home = join(disk, 'kept-home');
    await makeHome(home, weights);
    await rm(join(disk, 'model'), { recursive: true, force: true });
    await mkdir(join(disk, 'model'));
    const full = await fillDisk(join(disk, 'model'), 1);
    await expect(train(photos, { home, out: join(disk, 'model') })).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
    });
    full.restore();
    const again = await train(photos, { home, out: join(disk, 'model') });
    expect(again.run.features).toEqual({ computed: 0, cached: 12 });
    expect(again.run.model.sha256).toBe(run.model.sha256);
  });

  it.each(['arrow', 'retrain-txt'] as const)('while features are exported as %s', async (format) => {
    const output = join(disk, `export-${format}`);
    const few = join(root, 'few');
    await drawDataset(few, { checks: 1, circles: 1, lines: 0 });
    const calls = await failAtEachWrite(
      async () => rm(output, { recursive: true, force: true }),
      () => exportFeatures(few, { home: features, output, format }),
      () => Promise.resolve(),
    );
    expect(calls).toContain('rename');
  });
});

async function temporaryFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(tmp|matrix|broken)$|(^|\/)\.regraft[-.]|\.lock$/.test(name));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
