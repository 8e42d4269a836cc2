import { describe, expect, it } from 'vitest';
import { drawFeatures, withValues } from '../../test/fixtures/draw-features.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { chooseHead } from './choose-head.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { pickTaps } from './pick-taps.ts';
import { planSearch } from './plan-search.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

const taps = [8, 8, 8];
const sets = [[2], [1, 2], [0, 1, 2]];
const logistic = resolveHead('logistic', { l2: 1e-2 });
const ridge = resolveHead('ridge');
const strong = resolveHead('ridge', { l2: 1000 });

/** Three taps, of which the first is chance and the last two are telling, each of its own. */
async function draw(name: string, rows: number): Promise<LabelledFeatures> {
  const part = drawFeatures({ rows, columns: 24, classes: 3, separation: 4, name });
  const chance = drawFeatures({ rows, columns: 24, classes: 3, separation: 0, name: `${name} chance` });
  const noise = await chance.features.chunk(0);
  return withValues(part, (values) => {
    for (let at = 0; at < values.length; at++) if (at % 24 < 8) values[at] = noise[at]!;
  });
}

async function input(rows = 150): Promise<HeadInput> {
  return {
    classes: 3,
    taps,
    training: await draw('training', rows),
    validation: await draw('validation', rows / 5),
    seed: 0,
  };
}

describe('chooseHead', () => {
  it('keeps the set of taps that does best on photos that were not learned from', async () => {
    const {
      head,
      taps: chosen,
      trials,
    } = await chooseHead(await input(), { sets, scout: logistic, heads: [logistic] });
    expect(chosen).toEqual([1, 2]);
    expect(trials.map(({ taps: tried, columns }) => [tried, columns])).toEqual([
      [[2], 8],
      [[1, 2], 16],
      [[0, 1, 2], 24],
    ]);
    const losses = trials.map(({ logLoss }) => logLoss);
    expect(losses[1]).toBeLessThan(losses[0]!);
    expect(head.weights).toHaveLength(3 * 16);
    const test = await pickTaps(await draw('test', 300), taps, chosen);
    expect(measureLogits(await scoreRows(test.features, head), test.labels, 3).accuracy).toBeGreaterThan(
      0.85,
    );
  });

  it('takes fewer taps where more gain next to nothing', async () => {
    // The second tap repeats the third, so that both are worth the same.
    const copy = (values: Float32Array): void => {
      for (let at = 0; at < values.length; at++) {
        if (at % 24 >= 8 && at % 24 < 16) values[at] = values[at + 8]!;
      }
    };
    const { training, validation, ...rest } = await input();
    const choice = await chooseHead(
      { ...rest, training: await withValues(training, copy), validation: await withValues(validation, copy) },
      { sets: [[2], [1, 2]], scout: logistic, heads: [logistic] },
    );
    expect(choice.taps).toEqual([2]);
  });

  it('tries the other heads on the chosen set and takes the best', async () => {
    const plan = { sets, scout: strong, heads: [strong, logistic] };
    const { head, taps: chosen, trials } = await chooseHead(await input(), plan);
    expect(trials.map((trial) => [trial.head, trial.taps])).toEqual([
      ...sets.map((set) => ['ridge', set]),
      ['logistic', chosen],
    ]);
    expect(head.type).toBe('logistic');
    expect(trials.at(-1)?.logLoss).toBe(Math.min(...trials.map(({ logLoss }) => logLoss)));
  });

  it('takes the head that was asked for, whatever the scout reaches', async () => {
    const choice = await chooseHead(await input(), { sets, scout: logistic, heads: [strong] });
    expect(choice.head.settings.l2).toBe(1000);
    expect(choice.trials).toHaveLength(4);
    expect(choice.taps).toEqual([1, 2]);
  });

  it('compares heads on the one set of taps that was asked for', async () => {
    const plan = { sets: [[1, 2]], scout: ridge, heads: [strong, logistic] };
    const { head, trials } = await chooseHead(await input(), plan);
    expect(trials.map((trial) => trial.head)).toEqual(['ridge', 'logistic']);
    expect(head.type).toBe('logistic');
  });

  it('tries nothing where there is one head on one set', async () => {
    const choice = await chooseHead(await input(), { sets: [[0, 2]], scout: ridge, heads: [logistic] });
    expect(choice).toMatchObject({ taps: [0, 2], trials: [] });
    expect(choice.head.weights).toHaveLength(3 * 16);
  });

  it('takes the first head on the middle set where photos are too few to compare by', async () => {
    const choice = await chooseHead(await input(30), { sets, scout: ridge, heads: [logistic, strong] });
    expect(choice).toMatchObject({ taps: [1, 2], trials: [] });
    expect(choice.head.settings.l2).toBe(1e-2);
  });

  it('counts what it has tried', async () => {
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent): void => void events.push(event);
    await chooseHead({ ...(await input()), onProgress }, { sets, scout: ridge, heads: [ridge, logistic] });
    expect(events).toEqual(
      [1, 2, 3, 4].map((done) => ({ type: 'progress', stage: 'head', done, total: 4, unit: 'trials' })),
    );
  });

  it('stops when it is cancelled between two trials', async () => {
    const controller = new AbortController();
    const work = chooseHead(
      { ...(await input()), signal: controller.signal, onProgress: () => controller.abort() },
      { sets, scout: logistic, heads: [logistic] },
    );
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('planSearch', () => {
  const plan = { sets: [[2], [1, 2], [0, 1, 2]], scout: ridge, heads: [ridge, logistic] };
  const size = { classes: 5, taps: [20_000, 5_000, 1_000] };

  it('keeps everything up to 4,096 rows', () => {
    expect(planSearch({ ...size, rows: 4096 }, plan)).toEqual(plan);
  });

  it('keeps of many rows the last head, on the largest set that it is trained on in minutes', () => {
    expect(planSearch({ ...size, rows: 5_000 }, plan)).toMatchObject({
      sets: [[0, 1, 2]],
      heads: [logistic],
    });
    expect(planSearch({ ...size, rows: 20_000 }, plan)).toMatchObject({ sets: [[1, 2]], heads: [logistic] });
    expect(planSearch({ ...size, rows: 100_000 }, plan)).toMatchObject({ sets: [[2]], heads: [logistic] });
  });

  it('solves what would be trained for hours, on a set of few columns', () => {
    const many = { ...size, rows: 100_000, classes: 1000 };
    expect(planSearch(many, plan)).toMatchObject({ sets: [[2]], heads: [ridge] });
    const wide = { ...many, taps: [5_000, 5_000, 5_000] };
    expect(planSearch(wide, plan)).toMatchObject({ sets: [[2]], heads: [logistic] });
  });

  it('keeps the head that was asked for', () => {
    const asked = { ...plan, heads: [logistic] };
    const many = { ...size, rows: 1_000_000, classes: 1000 };
    expect(planSearch(many, asked)).toMatchObject({ sets: [[2]], heads: [logistic] });
  });
});
