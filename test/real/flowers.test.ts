import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';

const classes = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
const data = process.env.REGRAFT_DATA;
if (data === undefined) {
  process.stderr.write('Skipped: set REGRAFT_DATA to the folder with flower_photos/.\n');
}
const weights = data === undefined ? { missing: 'not needed' } : await findWeights();

describe.skipIf(data === undefined)('real photos of flowers (REGRAFT_DATA)', () => {
  let root: string;

  beforeAll(async () => {
    root = await temporaryFolder();
  });

  afterAll(() => removeFolder(root));

  it.skipIf(weights.missing !== undefined)('20 photos a class are enough for a sane accuracy', async () => {
    const home = await makeHome(join(root, 'home'), weights);
    const photos = join(root, 'flowers');
    for (const name of classes) {
      const folder = join(data ?? '', 'flower_photos', name);
      await mkdir(join(photos, name), { recursive: true });
      const files = (await readdir(folder)).filter((file) => file.endsWith('.jpg')).sort();
      expect(files.length).toBeGreaterThanOrEqual(20);
      for (const file of files.slice(0, 20)) await copyFile(join(folder, file), join(photos, name, file));
    }
    const out = join(root, 'flowers-model');
    const { run } = await train(photos, { home, out, testPercent: 30, views: 1 });
    expect(run.skipped).toEqual([]);
    expect(run.features).toEqual({ computed: 100, cached: 0 });
    expect(run.dataset.classes).toEqual(classes);
    expect(run.metrics.test.count).toBeGreaterThanOrEqual(20);
    // Five classes by chance: 0.2; measured on these photos: above 0.8.
    expect(run.metrics.test.accuracy).toBeGreaterThanOrEqual(0.6);
    expect(run.metrics.test.ece).toBeLessThan(0.3);
    expect((await stat(join(out, 'report.html'))).size).toBeGreaterThan(10_000);
  });

  it.each(['logistic', 'retrain'] as const)(
    "the classic program's own bottleneck files train the %s head to its accuracy",
    async (head) => {
      const texts = join(data ?? '', 'retrain_bottlenecks', 'inception_v3_2015');
      const { run } = await train(texts, {
        home: join(root, 'no-home'),
        out: join(root, head),
        bottlenecks: true,
        head,
      });
      expect(run.skipped).toEqual([]);
      expect(Object.values(run.dataset.counts)).toEqual([200, 200, 200, 200, 200]);
      expect(run.backbone).toMatchObject({ id: 'bottlenecks', sha256: null, featureSize: 2048 });
      expect(run.metrics.test.accuracy).toBeGreaterThanOrEqual(0.75);
      expect(run.mistakes.every(({ path }) => path.endsWith('.jpg'))).toBe(true);
    },
  );
});
