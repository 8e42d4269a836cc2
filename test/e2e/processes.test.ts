import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRecordSchema, type RunRecord, train } from '../../src/index.ts';
import { findWeights, makeHome, removeFolder, temporaryFolder } from '../support/home.ts';
import { slowReads } from '../support/full-disk.ts';
import { drawDataset } from '../support/photos.ts';
import { jsonOf, runRegraft, showsStack, startRegraft } from '../support/regraft.ts';

const weights = await findWeights();
/** Ten views of so few photos would only take longer. */
const oneView = ['--views', '1'];
const count = 36;

describe.skipIf(weights.missing !== undefined)('several processes, and processes that are ended', () => {
  let root: string;
  let home: string;
  let photos: string;
  let out: string;
  let old: RunRecord;

  beforeAll(async () => {
    root = await temporaryFolder();
    home = await makeHome(join(root, 'home'), weights);
    photos = join(root, 'shapes');
    out = join(root, 'model');
    await drawDataset(photos, count / 3);
    old = (await train(photos, { views: 1, out, home })).run;
  });

  afterAll(() => removeFolder(root));

  /** A folder is consistent when its record describes its model, and nothing temporary is left. */
  const expectConsistent = async (folder: string): Promise<RunRecord> => {
    expect((await readdir(folder)).sort()).toEqual([
      'model.onnx',
      'predictions.csv',
      'report.html',
      'run.json',
      'split.csv',
    ]);
    const run = runRecordSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
    const bytes = await readFile(join(folder, 'model.onnx'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(run.model.sha256);
    return run;
  };

  const segmentsOf = async (place: string): Promise<string[]> => {
    const names = await readdir(join(place, 'features'), { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith('.arrow'));
  };

  it('two trainings at once on the same store and folder both end well', async () => {
    const shared = await makeHome(join(root, 'shared-home'), weights);
    const folder = join(root, 'shared-model');
    const args = (seed: number): string[] => [
      'train',
      photos,
      ...oneView,
      '--out',
      folder,
      '--seed',
      String(seed),
      '--json',
    ];
    const [one, two] = await Promise.all([1, 2].map((seed) => runRegraft(args(seed), { home: shared })));
    const runs = [one!, two!].map((outcome) => {
      expect(outcome.stderr).not.toContain('Error');
      expect(outcome.code).toBe(0);
      return jsonOf<RunRecord>(outcome);
    });
    const kept = await expectConsistent(folder);
    expect(runs.map(({ model }) => model.sha256)).toContain(kept.model.sha256);
    const again = await train(photos, { views: 1, out: join(root, 'after-two'), home: shared });
    expect(again.run.features.computed).toBe(0);
    expect(again.run.model.sha256).toBe(old.model.sha256);
  });

  it('a process that is killed in the middle of the extraction loses the last seconds only', async () => {
    const killed = await makeHome(join(root, 'killed-home'), weights);
    const folder = join(root, 'killed-model');
    await cp(out, folder, { recursive: true });
    const preload = slowReads('.jpg', 700);
    const { child, ended } = startRegraft(
      ['train', photos, ...oneView, '--out', folder, '--workers', '1', '--seed', '3'],
      {
        home: killed,
        preload,
      },
    );
    let shown = '';
    child.stderr?.on('data', (text: string) => (shown += text));
    while ((await segmentsOf(killed)).length === 0 && child.exitCode === null) await sleep(20);
    child.kill('SIGKILL');
    const begun = Math.max(...[...shown.matchAll(/\[photo (\d+)\]/g)].map(([, number]) => Number(number)));
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect((await expectConsistent(folder)).model.sha256).toBe(old.model.sha256);

    const { run } = await train(photos, { views: 1, out: folder, home: killed });
    // Lost are the four that were under way, and the four before them when they were not in the segment yet.
    expect(begun).toBeGreaterThan(8);
    expect(run.features.cached).toBeGreaterThanOrEqual(begun - 8);
    expect(run.features.computed).toBeGreaterThan(0);
    expect(run.features.cached + run.features.computed).toBe(count);
    expect((await expectConsistent(folder)).model.sha256).toBe(old.model.sha256);
  });

  it('Ctrl-C ends with exit code 130 and keeps what was computed', async () => {
    const stopped = await makeHome(join(root, 'stopped-home'), weights);
    const folder = join(root, 'stopped-model');
    const { child, ended } = startRegraft(
      ['train', photos, ...oneView, '--out', folder, '--workers', '1', '--json'],
      {
        home: stopped,
        preload: slowReads('.jpg', 300),
      },
    );
    let shown = '';
    child.stderr?.on('data', (text: string) => (shown += text));
    // Four photos are in work at once, so several are done by now.
    while (!shown.includes('[photo 9]') && child.exitCode === null) await sleep(20);
    child.kill('SIGINT');
    const outcome = await ended;
    expect(outcome).toMatchObject({ code: 130, signal: null });
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(outcome.stderr).toContain('what was computed is kept');
    expect(showsStack(outcome.stderr)).toBe(false);
    expect(await readdir(folder).catch(() => [])).toEqual([]);

    const { run } = await train(photos, { views: 1, out: folder, home: stopped });
    expect(run.features.cached).toBeGreaterThan(0);
    expect(run.features.cached + run.features.computed).toBe(count);
    expect(run.model.sha256).toBe(old.model.sha256);
  });

  describe('a store that was damaged', () => {
    it.each<[string, (bytes: Buffer) => Buffer]>([
      ['a truncated segment', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
      ['an empty segment', () => Buffer.alloc(0)],
      ['a segment with a flipped bit', flipMiddle],
    ])('%s is set aside, its rows are computed again, and the model is the same', async (name, damage) => {
      const { readFile: read, writeFile } = await import('node:fs/promises');
      const copy = await makeHome(join(root, name), weights, { features: home });
      const [segment = '', ...others] = await segmentsOf(copy);
      const path = join(copy, 'features', segment);
      await writeFile(path, damage(await read(path)));
      const { run } = await train(photos, { views: 1, out: join(root, `${name} model`), home: copy });
      expect(run.features.computed).toBeGreaterThan(0);
      expect(run.features.computed + run.features.cached).toBe(count);
      if (others.length === 0) expect(run.features.computed).toBe(count);
      expect(run.model.sha256).toBe(old.model.sha256);
      expect(await readdir(join(copy, 'features'), { recursive: true })).toContain(`${segment}.broken`);
    });
  });
});

function flipMiddle(bytes: Buffer): Buffer {
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 4;
  return bytes;
}
