import { describe, expect, it } from 'vitest';
import { drawFeatures, withValues } from '../../test/fixtures/draw-features.ts';
import type { ProgressEvent } from '../shared/progress.ts';
import { chooseHead } from './choose-head.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { pickTaps } from './pick-taps.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

const taps = [8, 8, 8];
const sets = [[2], [1, 2], [0, 1, 2]];
const logistic = resolveHead('logistic', { l2: 1e-2 });
const strong = resolveHead('logistic', { l2: 100 });

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
    const { head, taps: chosen, trials } = await chooseHead(await input(), sets, [logistic]);
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
      for (let at = 0; at < values.length; at++)
        {if (at % 24 >= 8 && at % 24 < 16) values[at] = values[at + 8]!;}
    };
    const { training, validation, ...rest } = await input();
    const choice = await chooseHead(
      { ...rest, training: await withValues(training, copy), validation: await withValues(validation, copy) },
      [[2], [1, 2]],
      [logistic],
    );
    expect(choice.taps).toEqual([2]);
  });

  it('tries the other heads on the chosen set and takes the best', async () => {
    const { head, taps: chosen, trials } = await chooseHead(await input(), sets, [strong, logistic]);
    expect(trials.map((trial) => trial.taps)).toEqual([...sets, chosen]);
    expect(head.settings.l2).toBe(1e-2);
    expect(trials.at(-1)?.logLoss).toBe(Math.min(...trials.map(({ logLoss }) => logLoss)));
    const reversed = await chooseHead(await input(), sets, [logistic, strong]);
    expect(reversed.head.settings.l2).toBe(1e-2);
  });

  it('tries nothing where there is one head on one set', async () => {
    const choice = await chooseHead(await input(), [[0, 2]], [logistic]);
    expect(choice).toMatchObject({ taps: [0, 2], trials: [] });
    expect(choice.head.weights).toHaveLength(3 * 16);
  });

  it('takes the first head on the middle set where photos are too few to compare by', async () => {
    const choice = await chooseHead(await input(30), sets, [logistic, strong]);
    expect(choice).toMatchObject({ taps: [1, 2], trials: [] });
    expect(choice.head.settings.l2).toBe(1e-2);
  });

  it('counts what it has tried', async () => {
    const events: ProgressEvent[] = [];
    await chooseHead({ ...(await input()), onProgress: (event) => events.push(event) }, sets, [
      logistic,
      strong,
    ]);
    expect(events).toEqual(
      [1, 2, 3, 4].map((done) => ({ type: 'progress', stage: 'head', done, total: 4, unit: 'trials' })),
    );
  });

  it('stops when it is cancelled between two trials', async () => {
    const controller = new AbortController();
    const work = chooseHead(
      { ...(await input()), signal: controller.signal, onProgress: () => controller.abort() },
      sets,
      [logistic],
    );
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
