import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent, RepeatsRecord, TrainRepeatsOptions } from '../../src/index.ts';
import { removeFolder } from '../support/home.ts';
import { drawPhoto, put } from '../support/photos.ts';
import { makeRepeatsPlace, trainFlags, readJson, type RepeatsPlace } from '../support/repeats-place.ts';

let place: RepeatsPlace;

beforeAll(async () => {
  place = await makeRepeatsPlace();
});

afterAll(() => removeFolder(place.root));

describe('given again, repeats take what is finished', () => {
  beforeAll(() => place.repeat('again').then(() => undefined));

  it('and train nothing where nothing has changed', async () => {
    const before = await place.timesOf('again', [0, 1]);
    const events: ProgressEvent[] = [];
    await place.repeat('again', { onProgress: (event) => events.push(event), workers: 1 });
    expect(await place.timesOf('again', [0, 1])).toEqual(before);
    const told = events.flatMap((event) =>
      event.type === 'done' && event.stage === 'repeat' ? [event.text] : [],
    );
    expect(told).toEqual([
      expect.stringMatching(/^Seed 0: test .* %, trained before$/),
      expect.stringMatching(/^Seed 1: test .* %, trained before$/),
    ]);
  });

  it('and train only the seeds that are new', async () => {
    const before = await place.timesOf('again', [0, 1]);
    const { runs, repeats } = await place.repeat('again', { repeats: 3 });
    expect([repeats, runs.map(({ seed }) => seed)]).toEqual([3, [0, 1, 2]]);
    expect(await place.timesOf('again', [0, 1])).toEqual(before);
    const shifted = await place.repeat('again', { seed: 1, repeats: 2 });
    expect(shifted.runs.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(await place.timesOf('again', [1])).toEqual([before[1]]);
  });

  it('an interrupted call goes on where it stopped, with the result that it would have had', async () => {
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === 'start' && event.text === 'Seed 1') controller.abort();
    };
    await expect(
      place.repeat('interrupted', { repeats: 3, onProgress, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    const half = await readJson<RepeatsRecord>(place.at('interrupted/repeats.json'));
    expect([half.repeats, half.runs.map(({ seed }) => seed)]).toEqual([3, [0]]);
    expect(half.summary.accuracy).toMatchObject({ standardDeviation: null, interval95: null });
    const before = await place.timesOf('interrupted', [0]);
    const resumed = await place.repeat('interrupted', { repeats: 3 });
    expect(await place.timesOf('interrupted', [0])).toEqual(before);
    const { accuracy, pooled } = (await place.repeat('again', { repeats: 3 })).summary;
    expect(resumed.summary).toMatchObject({ accuracy, pooled });
  });

  describe('but never what cannot be proven to be the same:', () => {
    let before: string[];

    beforeEach(async () => {
      await place.repeat('strict');
      before = await place.timesOf('strict', [0, 1]);
    });

    const expectTrainedAgain = async (
      seeds: number[],
      options: Partial<TrainRepeatsOptions> = {},
    ): Promise<void> => {
      const record = await place.repeat('strict', options);
      expect(record.runs.map(({ seed }) => seed)).toEqual([0, 1]);
      const after = await place.timesOf('strict', [0, 1]);
      expect([0, 1].filter((seed) => after[seed] !== before[seed])).toEqual(seeds);
    };

    it.each<[string, Partial<TrainRepeatsOptions>]>([
      ['another head', { head: 'retrain', headOptions: { steps: 10 } }],
      ['an option of the head', { headOptions: { l2: 0.5 } }],
      ['other percentages', { testPercent: 20 }],
      ['other preparation of the photos', { scaling: 'inception' }],
    ])('%s', async (_, options) => {
      await expectTrainedAgain([0, 1], options);
    });

    it('a photo that changed, was added, was moved to another class', async () => {
      const photo = join(place.photos, 'lines', 'lines-10.jpg');
      const original = await readFile(photo);
      try {
        await writeFile(photo, await drawPhoto('lines', 77));
        await expectTrainedAgain([0, 1]);
        before = await place.timesOf('strict', [0, 1]);
        await put(join(place.photos, 'lines', 'new.jpg'), await drawPhoto('lines', 78));
        await expectTrainedAgain([0, 1]);
        before = await place.timesOf('strict', [0, 1]);
        await rename(join(place.photos, 'lines', 'new.jpg'), join(place.photos, 'circles', 'new.jpg'));
        await expectTrainedAgain([0, 1]);
      } finally {
        await rm(join(place.photos, 'circles', 'new.jpg'), { force: true });
        await rm(join(place.photos, 'lines', 'new.jpg'), { force: true });
        await writeFile(photo, original);
      }
    });

    it('another network in the same place', async () => {
      try {
        await copyFile(place.network, place.at('kept.onnx'));
        const bytes = await readFile(place.network);
        // The name of the graph's producer: another file, the same weights.
        const index = bytes.indexOf('pytorch');
        expect(index).toBeGreaterThan(0);
        bytes.write('pytorcH', index);
        await writeFile(place.network, bytes);
        await expectTrainedAgain([0, 1]);
      } finally {
        await rename(place.at('kept.onnx'), place.network);
      }
    });

    it('a split file with other content', async () => {
      await copyFile(place.at('strict/seed-0/split.csv'), place.at('split.csv'));
      await place.repeat('strict', { split: place.at('split.csv') });
      before = await place.timesOf('strict', [0, 1]);
      await expectTrainedAgain([], { split: place.at('split.csv') });
      await copyFile(place.at('strict/seed-1/split.csv'), place.at('kept-split.csv'));
      await writeFile(place.at('split.csv'), `${await readFile(place.at('kept-split.csv'), 'utf8')}\n`);
      await expectTrainedAgain([0, 1], { split: place.at('split.csv') });
    });

    it.each<[string, number[], () => Promise<void>]>([
      ['a seed whose folder is gone', [1], () => rm(place.at('strict/seed-1'), { recursive: true })],
      ['a seed whose model is gone', [0], () => rm(place.at('strict/seed-0/model.onnx'))],
      [
        'a seed whose predictions were changed',
        [1],
        async () => {
          const file = place.at('strict/seed-1/predictions.csv');
          await writeFile(file, (await readFile(file, 'utf8')).replace(/\d$/m, 'x'));
        },
      ],
      ['a record that is damaged', [0, 1], () => writeFile(place.at('strict/repeats.json'), '{')],
      ['a record that is gone', [0, 1], () => rm(place.at('strict/repeats.json'))],
      [
        'a record of another version',
        [0, 1],
        async () => {
          const record = await readJson<RepeatsRecord>(place.at('strict/repeats.json'));
          await writeFile(
            place.at('strict/repeats.json'),
            JSON.stringify({ ...record, fingerprint: 'c'.repeat(64) }),
          );
        },
      ],
    ])('%s', async (_, seeds, damage) => {
      await damage();
      await expectTrainedAgain(seeds);
    });
  });

  it('two processes at once take turns, and the second finds all of it finished', async () => {
    const args = ['train', 'shapes', ...trainFlags, '--repeats', '2', '--out', 'shared'];
    const outcomes = await Promise.all([place.regraft(...args), place.regraft(...args)]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    const kept = outcomes.map(({ stderr }) => stderr.match(/trained before/g)?.length ?? 0);
    expect(kept.sort()).toEqual([0, 2]);
  });
});
