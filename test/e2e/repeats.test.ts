import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exportFeatures,
  type ProgressEvent,
  type RepeatsRecord,
  repeatsRecordSchema,
  trainRepeats,
} from '../../src/index.ts';
import { removeFolder } from '../support/home.ts';
import { drawPhoto, put } from '../support/photos.ts';
import { jsonOf, type Outcome, type PrintedFailure } from '../support/regraft.ts';
import { makeRepeatsPlace, trainFlags, readJson, type RepeatsPlace } from '../support/repeats-place.ts';

let place: RepeatsPlace;

beforeAll(async () => {
  place = await makeRepeatsPlace();
});

afterAll(() => removeFolder(place.root));

describe('train --repeats', () => {
  let first: Outcome;
  let record: RepeatsRecord;

  beforeAll(async () => {
    const args = ['train', 'shapes', ...trainFlags, '--repeats', '3', '--seed', '5', '--test-percent', '30'];
    first = await place.regraft(...args, '--out', 'repeats', '--json');
    record = jsonOf<RepeatsRecord>(first);
  });

  it('trains once a seed, each in a folder of its own, and prints what repeats.json holds', async () => {
    expect(first.code).toBe(0);
    expect(record).toEqual(await readJson(place.at('repeats/repeats.json')));
    expect(repeatsRecordSchema.parse(record)).toEqual(record);
    expect((await readdir(place.at('repeats'))).sort()).toEqual([
      'repeats.json',
      'seed-5',
      'seed-6',
      'seed-7',
    ]);
    expect((await readdir(place.at('repeats/seed-6'))).sort()).toEqual([
      'model.onnx',
      'predictions.csv',
      'report.html',
      'run.json',
      'split.csv',
    ]);
    expect(record).toMatchObject({ repeats: 3, dataset: { name: 'shapes', photos: 30 }, notices: [] });
    for (const [index, run] of record.runs.entries()) {
      const { split, metrics, head, backbone, timings, features } = await place.runOf('repeats', 5 + index);
      expect(run).toMatchObject({
        seed: 5 + index,
        folder: `seed-${5 + index}`,
        training: split.training,
        validation: split.validation,
        test: split.test,
        accuracy: metrics.test.accuracy,
        logLoss: metrics.test.logLoss,
        ece: metrics.test.ece,
        validationAccuracy: metrics.validation.accuracy,
        head: head.type,
        taps: backbone.taps,
        headMs: timings.headMs,
      });
      expect(features).toEqual(index === 0 ? { computed: 30, cached: 0 } : { computed: 0, cached: 30 });
    }
  });

  it('says on stderr what it does, one line a seed', () => {
    const lines = first.stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('  '));
    const tail = lines.slice(lines.findIndex((line) => line.startsWith('Seed')));
    expect(tail.map((line) => line.replace(/\d+\.\d/g, '#'))).toEqual(
      [5, 6, 7].flatMap((seed) => [`Seed ${seed}`, `Seed ${seed}: test # %, validation # % (# s)`]),
    );
  });

  it('gives mean, spread, the corrected interval of the mean, and the calibration error of all predictions together', async () => {
    const { summary, runs } = record;
    const values = runs.map(({ accuracy }) => accuracy);
    const mean = values.reduce((sum, value) => sum + value) / 3;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
    const total = (part: 'training' | 'validation' | 'test'): number =>
      runs.reduce((sum, run) => sum + run[part], 0);
    const share = total('test') / (total('training') + total('validation'));
    // Student's t with two degrees of freedom.
    const half = 4.302652729749462 * Math.sqrt(variance * (1 / 3 + share));
    // The seeds must differ, or there would be nothing to check.
    expect(variance).toBeGreaterThan(0);
    expect(summary.accuracy.mean).toBeCloseTo(mean, 12);
    expect(summary.accuracy.standardDeviation).toBeCloseTo(Math.sqrt(variance), 12);
    expect(summary.accuracy.interval95?.[0]).toBeCloseTo(Math.max(0, mean - half), 9);
    expect(summary.accuracy.interval95?.[1]).toBeCloseTo(Math.min(1, mean + half), 9);
    expect(summary.logLoss.mean).toBeCloseTo(runs.reduce((sum, { logLoss }) => sum + logLoss, 0) / 3, 12);

    const rows = (
      await Promise.all(
        [5, 6, 7].map((seed) => readFile(place.at(`repeats/seed-${seed}/predictions.csv`), 'utf8')),
      )
    ).flatMap((text) =>
      text
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.split(',')),
    );
    const bins = Array.from({ length: 15 }, () => ({ gap: 0 }));
    for (const [, label, predicted, probability] of rows) {
      const bin = bins[Math.ceil(Number(probability) * 15) - 1];
      if (bin) bin.gap += Number(label === predicted) - Number(probability);
    }
    expect(summary.pooled.predictions).toBe(rows.length);
    expect(summary.pooled.photos).toBe(new Set(rows.map(([path]) => path)).size);
    expect(summary.pooled.accuracy).toBeCloseTo(
      rows.filter(([, label, predicted]) => label === predicted).length / rows.length,
      12,
    );
    expect(summary.pooled.ece).toBeCloseTo(
      bins.reduce((sum, { gap }) => sum + Math.abs(gap), 0) / rows.length,
      12,
    );
  });

  it('for people it ends with a table of the seeds, mean and spread, and where everything is', async () => {
    const args = ['train', 'shapes', ...trainFlags, '--repeats', '3', '--seed', '5', '--test-percent', '30'];
    const { code, stdout, stderr } = await place.regraft(...args, '--out', 'repeats');
    expect(code).toBe(0);
    expect(stderr.match(/^Seed \d: .*, trained before \(/gm)).toHaveLength(3);
    const percent = (value: number | null): string => `${((value ?? NaN) * 100).toFixed(1)} %`;
    const { mean, standardDeviation } = record.summary.accuracy;
    expect(stdout).toContain(
      `Test accuracy ${percent(mean)} ± ${percent(standardDeviation)} over 3 seeds.\n`,
    );
    expect(stdout).toMatch(/^ {2}seed +test photos +accuracy +log loss +ECE +validation +head$/m);
    for (const label of ['5', '6', '7', 'mean', 'spread']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${label} .*\\d %.* s$`, 'm'));
    }
    expect(stdout).toContain(`Models  ${join('repeats', 'seed-5')} and 2 more\n`);
    expect(stdout).toContain('Next: regraft compare repeats other-repeats\n');
  });
});

describe('repeats', () => {
  it('stop when the photos change between two seeds', async () => {
    const added = join(place.photos, 'checks', 'added.jpg');
    const bytes = await drawPhoto('checks', 50);
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'start' && event.text === 'Seed 1') writeFileSync(added, bytes);
    };
    try {
      await expect(place.repeat('changed', { onProgress })).rejects.toMatchObject({
        code: 'RUNS_DIFFER',
        message: 'Expected the same photos for all seeds, but checks/added.jpg changed meanwhile.',
      });
      const { runs } = await readJson<RepeatsRecord>(place.at('changed/repeats.json'));
      expect(runs.map(({ seed }) => seed)).toEqual([0]);
    } finally {
      await rm(added, { force: true });
    }
  });

  it('of one given split know no interval, and say so', async () => {
    await place.repeat('free');
    const split = place.at('free/seed-0/split.csv');
    const { summary, notices } = await place.repeat('one-split', { split });
    expect(summary.accuracy.interval95).toBeNull();
    expect(summary.pooled.predictions).toBe(2 * summary.pooled.photos);
    expect(notices).toEqual([expect.stringContaining('All seeds were tested on the same photos')]);
  });

  it('train on bottleneck files too', async () => {
    await exportFeatures(place.photos, {
      output: place.at('texts'),
      format: 'retrain-txt',
      home: place.home,
      backbone: place.network,
      scaling: 'unit',
    });
    const options = { home: place.home, out: place.at('text-repeats'), bottlenecks: true, repeats: 2 };
    const { repeats } = await trainRepeats(place.at('texts'), options);
    expect(repeats.runs.map(({ taps }) => taps)).toEqual([['bottleneck'], ['bottleneck']]);
    const before = await place.timesOf('text-repeats', [0, 1]);
    await trainRepeats(place.at('texts'), options);
    expect(await place.timesOf('text-repeats', [0, 1])).toEqual(before);
    const text = join(place.at('texts'), 'lines', 'lines-1.jpg.txt');
    await writeFile(text, `${await readFile(text, 'utf8')}\n`);
    await trainRepeats(place.at('texts'), options);
    expect(await place.timesOf('text-repeats', [0, 1])).not.toEqual(before);
  });

  it('list a photo that cannot be read, in every seed', async () => {
    const bad = join(place.photos, 'lines', 'half.jpg');
    await writeFile(bad, (await drawPhoto('lines', 20)).subarray(0, 900));
    try {
      await place.repeat('with-bad-photo');
      for (const seed of [0, 1]) {
        expect((await place.runOf('with-bad-photo', seed)).skipped).toEqual([
          expect.objectContaining({ path: 'lines/half.jpg', code: 'PHOTO_CORRUPT' }),
        ]);
      }
    } finally {
      await rm(bad);
    }
  });

  it('go beside the model folder by default, and not into one', async () => {
    const { folder } = await trainRepeats(place.photos, {
      home: place.home,
      backbone: place.network,
      scaling: 'unit',
      repeats: 2,
      out: place.at('x'),
    });
    expect(folder).toBe(place.at('x'));
    const byDefault = await place.regraft('train', 'shapes', ...trainFlags, '--repeats', '2', '--json');
    expect(byDefault.code).toBe(0);
    expect(await readdir(place.at('shapes-repeats'))).toContain('repeats.json');
    await expect(place.repeat('x/seed-0')).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected a folder for repeats at ${place.at('x/seed-0')}, but a model is there.`,
    });
  });

  it('leave no folder behind when the first training fails', async () => {
    const few = place.at('few');
    mkdirSync(few);
    for (const name of ['a', 'b']) {
      await put(join(few, name, '1.jpg'), await drawPhoto('lines', name === 'a' ? 1 : 2));
    }
    await expect(
      trainRepeats(few, {
        home: place.home,
        backbone: place.network,
        scaling: 'unit',
        repeats: 2,
        out: place.at('none'),
      }),
    ).rejects.toMatchObject({ code: 'CLASS_TOO_SMALL' });
    expect(await readdir(place.root)).not.toContain('none');
  });

  it.each([0, 1, 1.5, 101, NaN, '3', null, undefined])(
    'are refused when their number is %j',
    async (repeats) => {
      await expect(place.repeat('refused', { repeats: repeats as number })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(
          /^Expected a whole number from 2 to 100 for repeats but received /,
        ) as string,
      });
    },
  );

  it.each(['0', '1', '1.5', '101', 'many'])('--repeats %s is refused', async (text) => {
    const { code, stdout } = await place.regraft('train', 'shapes', '--repeats', text, '--json');
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as PrintedFailure).error).toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected integer between 2 and 100 for --repeats but received '${text}'.`,
    });
  });

  it('refuse a dataset with several labels a photo before any work', async () => {
    const csv = place.at('labels.csv');
    const rows = ['circles/circles-1.jpg,round', 'lines/lines-1.jpg,"straight,many"'];
    await writeFile(csv, `path,labels\n${rows.map((row) => `shapes/${row}`).join('\n')}\n`);
    await expect(
      trainRepeats(csv, { home: place.home, out: place.at('refused'), repeats: 2 }),
    ).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected one class a photo for repeats but found several labels a photo in labels.',
    });
  });

  it('refuse what train refuses', async () => {
    await expect(place.repeat('refused', { testPercent: 0 })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(trainRepeats(place.photos, null as never)).rejects.toMatchObject({
      message: 'Expected an object with the options of trainRepeats for options but received null.',
    });
  });
});
