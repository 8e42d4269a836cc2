import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/dataset/csv.ts';
import { readGoldenFile } from '../../src/import/onnx/testing/golden-networks.ts';
import {
  evaluateModel,
  loadClassifier,
  type RunRecord,
  runRecordSchema,
  train,
  trainRepeats,
  type TrainResult,
} from '../../src/index.ts';
import { encodeModel } from '../../src/onnx/write.ts';
import { colourNetwork } from '../fixtures/colour-network.ts';
import { drawSigns, signLabels, signsCsv } from '../fixtures/draw-signs.ts';
import { removeFolder, temporaryFolder } from '../support/home.ts';
import { drawDataset, put } from '../support/photos.ts';
import { type Outcome, runRegraft, startRegraft } from '../support/regraft.ts';

// A network of random weights with residual blocks, whose last block is 1 × 1 × 24.
describe('fine-tuning', () => {
  let root: string;
  let home: string;
  let photos: string;
  let network: string;
  let run: RunRecord;
  const flags = (): string[] => ['--backbone', network, '--scaling', 'imagenet', '--tune-views', '2'];
  const options = () =>
    ({
      home,
      backbone: network,
      scaling: 'imagenet',
      fineTune: 2,
      tuningViews: 2,
      seed: 2,
      validationPercent: 60,
    }) as const;
  const regraft = (...args: string[]): Promise<Outcome> => runRegraft(args, { home, cwd: root });

  beforeAll(async () => {
    root = await temporaryFolder();
    home = join(root, 'home');
    photos = join(root, 'shapes');
    network = join(root, 'resnet.onnx');
    await drawDataset(photos, 20);
    await put(network, readGoldenFile('resnet-classic-17.onnx'));
    ({ run } = await train(photos, { ...options(), out: join(root, 'model'), tuning: { epochs: 6 } }));
  });

  afterAll(() => removeFolder(root));

  it('trains the end of the network and tells what it gained', async () => {
    const text = await readFile(join(root, 'model', 'run.json'), 'utf8');
    expect(runRecordSchema.parse(JSON.parse(text))).toEqual(run);
    const { fineTuning, metrics } = run;
    expect(fineTuning).toMatchObject({ asked: 2, fromScratch: false, views: 2, stopped: 'done' });
    expect(fineTuning?.blocks).toHaveLength(2);
    expect(fineTuning?.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(fineTuning?.parameters).toBeGreaterThan(100);
    const { onlyFrozen = NaN, onlyTuned = NaN } = fineTuning?.frozen.comparison ?? {};
    const gained = (onlyTuned - onlyFrozen) / metrics.test.count;
    expect(metrics.test.accuracy - (fineTuning?.frozen.accuracy ?? NaN)).toBeCloseTo(gained, 9);
    const report = await readFile(join(root, 'model', 'report.html'), 'utf8');
    expect(report).toContain('id="fine-tuning"');
    // Nothing is left of what a kill would have needed.
    await expect(access(join(root, 'model.tuning'))).rejects.toThrow('ENOENT');
  });

  it('leaves a model that says of the test photos what the training said', async () => {
    const rows = await readRows(join(root, 'model', 'predictions.csv'));
    expect(rows).toHaveLength(run.metrics.test.count);
    // Else nothing of the tuned part would be in it.
    expect(run.fineTuning?.share).toBeGreaterThan(0);
    expect(run.fineTuning?.share).toBeLessThan(1);
    await using classifier = await loadClassifier(join(root, 'model'));
    for (const row of rows) {
      const { top } = await classifier.classifyOne(join(photos, row.path ?? ''));
      for (const { label, probability } of top) {
        expect(Math.abs(probability - Number(row[`p(${label})`]))).toBeLessThan(2e-4);
      }
    }
  });

  it('gives the same bytes again, and the same with views that the model averages', async () => {
    const again = await train(photos, {
      ...options(),
      out: join(root, 'again'),
      tuning: { epochs: 6 },
      workers: 1,
    });
    expect(again.run.model.sha256).toBe(run.model.sha256);
    const viewed = await train(photos, {
      ...options(),
      out: join(root, 'viewed'),
      tuning: { epochs: 1 },
      testViews: 2,
    });
    const held = await heldOut(join(root, 'viewed', 'split.csv'));
    const measured = await evaluateModel(join(root, 'viewed'), await writeList('held.csv', held), { home });
    expect(measured.accuracy).toBe(viewed.run.metrics.test.accuracy);
    expect(measured.logLoss).toBeCloseTo(viewed.run.metrics.test.logLoss, 3);
  });

  it('is a network for further trainings, with the taps of its tuned part', async () => {
    const taps = run.fineTuning?.taps.map((name) => `tuned/${name}`) ?? [];
    const further = await train(photos, {
      home,
      backbone: join(root, 'model'),
      taps,
      out: join(root, 'further'),
    });
    // Pixels are scaled inside.
    const preprocess = { ...run.backbone.preprocess, scaling: null };
    expect(further.run.backbone).toMatchObject({ taps, preprocess });
    // What makes views of a photo is no part of the network.
    const other = await train(photos, { home, backbone: join(root, 'viewed'), out: join(root, 'other') });
    expect(other.run.backbone.preprocess).toEqual(preprocess);
    const again = { home, backbone: join(root, 'model'), out: join(root, 'tuned-again') };
    const tuned = await train(photos, { ...again, fineTune: 1, tuningViews: 1, tuning: { epochs: 1 } });
    expect(tuned.run.fineTuning?.curve).toHaveLength(1);
  });

  it('goes on after a kill, to the same bytes', async () => {
    const args = ['train', photos, ...flags(), '--fine-tune', '1', '--tune-epochs', '40', '--out', 'killed'];
    const whole = await regraft(...args.slice(0, -1), 'whole');
    expect(whole.code, whole.stderr).toBe(0);
    const { child, ended } = startRegraft(args, { home, cwd: root });
    const checkpoint = join(root, 'killed.tuning', 'fine-tuning.checkpoint');
    while (child.exitCode === null && !(await exists(checkpoint))) await sleep(20);
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
    const changed = await regraft(...args, '--resume', '--seed', '1');
    expect(changed).toMatchObject({ code: 1 });
    expect(changed.stderr).toContain('seed');
    const resumed = await regraft(...args, '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).not.toContain('starts anew');
    const [first, second] = [await recordOf('whole'), await recordOf('killed')];
    expect(second.model.sha256).toBe(first.model.sha256);
  });

  it('learns from scratch, for those who want to see what the network is worth', async () => {
    const { run: scratch } = await train(photos, {
      ...options(),
      out: join(root, 'scratch'),
      fineTune: 'all',
      fromScratch: true,
      tuning: { epochs: 2 },
    });
    expect(scratch.fineTuning).toMatchObject({ cut: 'all', fromScratch: true });
    expect(scratch.unknown).toBeNull();
    expect(scratch.fineTuning?.frozen.accuracy).toBe(run.fineTuning?.frozen.accuracy);
    const held = await heldOut(join(root, 'scratch', 'split.csv'));
    const measured = await evaluateModel(join(root, 'scratch'), await writeList('scratch.csv', held), {
      home,
    });
    expect(measured.accuracy).toBe(scratch.metrics.test.accuracy);
  });

  it('from scratch starts from no head that was fitted on what the network had learned', async () => {
    const losses = async (head: 'ridge' | 'logistic'): Promise<number[]> => {
      const scratch = { ...options(), fineTune: 1, fromScratch: true, tuning: { epochs: 2 } };
      const result = await train(photos, { ...scratch, head, out: join(root, `scratch-${head}`) });
      return result.run.fineTuning?.curve.map(({ trainLoss }) => trainLoss) ?? [];
    };
    const found = await losses('ridge');
    expect(found).toHaveLength(2);
    expect(await losses('logistic')).toEqual(found);
  });

  it('resumes repeats without a word on the seeds that had not begun', async () => {
    const told: string[] = [];
    const { repeats } = await trainRepeats(photos, {
      ...options(),
      seed: undefined,
      out: join(root, 'repeats'),
      repeats: 2,
      tuning: { epochs: 1 },
      resume: true,
      onProgress: (event) => 'text' in event && told.push(event.text),
    });
    expect(repeats.runs).toHaveLength(2);
    expect(told.join('\n')).toContain('Seed 1');
    expect(told.join('\n')).not.toMatch(/checkpoint|resume/i);
  });

  it('takes fewer photos at once where the memory limit asks for it, and records how many', async () => {
    const tuning = { epochs: 1, batchSize: 65_536, microBatch: 65_536 };
    const limited = (memoryLimit: number): Promise<TrainResult> =>
      train(photos, { ...options(), out: join(root, 'limited'), tuning, memoryLimit, workers: 1 });
    const refusal: unknown = await limited(10).catch((error: unknown) => error);
    const [, least = ''] = /at least ([\d,]+) MB/.exec(String(refusal)) ?? [];
    const { run: used } = await limited((Number(least.replaceAll(',', '')) + 1) * 1e6);
    expect(used.options.tuningLimits.memoryLimit).toBeGreaterThan(1e6);
    expect(used.fineTuning?.settings.microBatch).toBeGreaterThanOrEqual(1);
    expect(used.fineTuning?.settings.microBatch).toBeLessThan(65_536);
  });

  it('learns several labels a photo', async () => {
    const colours = join(root, 'colours.onnx');
    await writeFile(colours, encodeModel(colourNetwork()));
    const signs = await drawSigns(join(root, 'signs'), 48);
    const csv = join(root, 'signs', 'signs.csv');
    await writeFile(csv, signsCsv(signs));
    const result = await train(csv, {
      home,
      backbone: colours,
      scaling: 'unit',
      fineTune: 'all',
      tuningViews: 1,
      tuning: { epochs: 2 },
      out: join(root, 'signs-model'),
    });
    expect(result.run.dataset.classes).toEqual([...signLabels]);
    expect(result.run.fineTuning?.frozen.meanAveragePrecision).toBeGreaterThan(0.5);
    const measured = await evaluateModel(join(root, 'signs-model'), csv, { home });
    expect(measured.multiLabel?.meanAveragePrecision).toBeGreaterThan(0.5);
  });

  it.each([
    [['--fine-tune', 'Mixed_9z'], 'Expected a block of resnet.onnx'],
    [['--fine-tune', '99'], 'a number of blocks'],
    [['--resume'], 'Expected fineTune with resume'],
    [['--tune-epochs', '3'], 'Expected fineTune with tuning'],
    [['--fine-tune', '1', '--tune-epochs', '0'], '--tune-epochs'],
    [['--fine-tune', '1', '--disk-limit', 'much'], 'Expected a size for --disk-limit'],
    [['--fine-tune', '1', '--disk-limit', '10'], 'disk'],
    [['--fine-tune', '1', '--time-limit', '0.00001'], 'minutes'],
    [['--fine-tune', '1', '--memory-limit', '10'], 'memory'],
  ])('%j is refused', async (wrong, message) => {
    const outcome = await regraft(
      'train',
      photos,
      '--backbone',
      network,
      '--scaling',
      'imagenet',
      ...wrong,
      '--out',
      'none',
    );
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain(message);
    expect(await exists(join(root, 'none'))).toBe(false);
  });

  const exists = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  const recordOf = async (folder: string): Promise<RunRecord> =>
    runRecordSchema.parse(JSON.parse(await readFile(join(root, folder, 'run.json'), 'utf8')));
  const heldOut = async (split: string): Promise<string[]> => {
    const rows = await readRows(split);
    return rows.filter((row) => row.split === 'test').map(({ path = '', label = '' }) => `${path},${label}`);
  };
  const writeList = async (name: string, lines: readonly string[]): Promise<string> => {
    const path = join(photos, name);
    await writeFile(path, ['path,label', ...lines, ''].join('\n'));
    return path;
  };
});

async function readRows(file: string): Promise<Record<string, string>[]> {
  const records: (readonly string[])[] = [];
  for await (const { fields } of readCsv(file)) records.push(fields);
  const [header = [], ...rows] = records;
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}
