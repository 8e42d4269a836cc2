import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFeatures, type RunRecord, train } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { failAtEachWrite } from '../support/fail-at-each-write.ts';
import { fillDisk } from '../support/full-disk.ts';
import { drawDataset } from '../support/photos.ts';

const weights = await findWeights();
/** Ten views of so few photos would only take longer. */
const plain = { views: 1 } as const;

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
    ({ run } = await train(photos, { out: old, home: features, ...plain }));
  });

  afterAll(() => removeFolder(root));

  const expectOldModel = async (): Promise<void> => {
    for (const name of await readdir(old)) {
      const [kept, was] = [await readFile(join(disk, 'model', name)), await readFile(join(old, name))];
      expect(sha256(kept), name).toBe(sha256(was));
    }
  };

  it('while features are computed and saved: a clear error, the old model whole, nothing left behind, and the next run passes', async () => {
    const home = join(disk, 'home');
    const calls = await failAtEachWrite(
      disk,
      async () => {
        await rm(home, { recursive: true, force: true });
        await makeHome(home, weights);
        await rm(join(disk, 'model'), { recursive: true, force: true });
        await cp(old, join(disk, 'model'), { recursive: true });
      },
      () => train(photos, { home, out: join(disk, 'model'), seed: 1, workers: 2, ...plain }),
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
    // The first two calls try whether the folder can be written, before anything is computed.
    const full = await fillDisk(join(disk, 'model'), 3);
    await expect(train(photos, { home, out: join(disk, 'model'), ...plain })).rejects.toMatchObject({
      code: 'OUT_OF_DISK',
    });
    full.restore();
    const again = await train(photos, { home, out: join(disk, 'model'), ...plain });
    expect(again.run.features).toEqual({ computed: 0, cached: 12 });
    expect(again.run.model.sha256).toBe(run.model.sha256);
  });

  it.each(['arrow', 'retrain-txt'] as const)('while features are exported as %s', async (format) => {
    const output = join(disk, `export-${format}`);
    const few = join(root, 'few');
    await drawDataset(few, { checks: 1, circles: 1, lines: 0 });
    const calls = await failAtEachWrite(
      disk,
      async () => rm(output, { recursive: true, force: true }),
      () => exportFeatures(few, { home: features, output, format }),
      () => Promise.resolve(),
    );
    expect(calls).toContain('rename');
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
