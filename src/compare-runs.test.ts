import { mkdtemp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import type { RunRecord } from './model/run-record.ts';
import type { RepeatsComparison, RunComparison } from './runs/comparison.ts';
import { type DrawnPhoto, drawTested, writeRun } from './runs/testing/write-run.ts';
import { writeRepeats } from './runs/testing/write-repeats.ts';

let root: string;
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'regraft-compare-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a run of 40 test photos, by which of them it has right. */
const write = (name: string, rights: string, more: DrawnPhoto[] = []): Promise<string> =>
  writeRun(at(name), { photos: [...drawTested(rights), ...more] });

async function compareSingle(names: string[], common = false): Promise<RunComparison> {
  const comparison = await compareRuns(names.map(at), { common });
  if (comparison.kind !== 'runs') throw new Error('These are single runs.');
  return comparison;
}

async function compareRepeated(names: string[], common = false): Promise<RepeatsComparison> {
  const comparison = await compareRuns(names.map(at), { common });
  if (comparison.kind !== 'repeats') throw new Error('These are repeats.');
  return comparison;
}

const near = (value: number): number => expect.closeTo(value, 12) as number;
const training: DrawnPhoto = { name: 'seen', label: 'ash', part: 'training' };

describe('single runs', () => {
  it('gives the figures of each, and how each differs from the first', async () => {
    await write('old', `${'1'.repeat(20)}${'0'.repeat(20)}`, [training]);
    await write('new', `${'0'.repeat(2)}${'1'.repeat(38)}`, [training]);
    const { runs, ...rest } = await compareSingle(['old', 'new']);
    expect(rest).toEqual({ kind: 'runs', classes: ['ash', 'birch'], photos: 40, notices: [] });
    const [first, second] = runs;
    expect(first).toMatchObject({
      name: 'old',
      folder: at('old'),
      seed: 0,
      backbone: 'inception-v3',
      taps: ['AvgPool'],
      head: 'logistic',
      training: 1,
      headMs: 1000,
      modelBytes: 24_100_000,
      right: 20,
      accuracy: 0.5,
      ece: 0.02,
      difference: null,
    });
    expect(first?.logLoss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25)) / 2, 12);
    const { difference } = second ?? {};
    // Of 22 throws of a coin at most 2 heads, or at least 20: 2 · (1 + 22 + 231) / 2²².
    const pValue = 508 / 2 ** 22;
    expect(difference).toMatchObject({ accuracy: 0.45, onlyFirst: 2, onlyThis: 20, verdict: 'better' });
    expect(difference?.pValue).toBeCloseTo(pValue, 12);
    expect(difference?.adjustedPValue).toBeCloseTo(pValue, 12);
    // exact_bootstrap(2, 20, 18) of test/goldens/compare.py; a photo is 0.025.
    expect(difference?.interval95?.[0]).toBeCloseTo(0.275, 1);
    expect(difference?.interval95?.[1]).toBeCloseTo(0.625, 1);
    expect(difference?.sentence).toBe(
      'new is better than old by 45.0 points on 40 photos: if both were equally good, a difference this large would come by chance in 1 of 8,200 comparisons.',
    );
  });

  it('does not depend on the order of the photos', async () => {
    const photos = drawTested('1011001110');
    await writeRun(at('a'), { photos });
    await writeRun(at('b'), { photos: [...photos].reverse() });
    const [, b] = (await compareSingle(['a', 'b'])).runs;
    expect(b?.difference).toMatchObject({ accuracy: 0, onlyFirst: 0, onlyThis: 0, verdict: 'undecided' });
    expect(b?.difference?.sentence).toBe(
      'The data cannot tell b from a on 10 photos: both are right on the same photos.',
    );
  });

  it("corrects the p values of several comparisons by Holm's method, and gives a pair the same interval whatever else is compared", async () => {
    await write('a', '0000000000');
    await write('b', '1111110000');
    await write('c', '1111100000');
    await write('d', '0000000001');
    const [, b, c, d] = (await compareSingle(['a', 'b', 'c', 'd'])).runs;
    // McNemar: 2/64, 2/32, 1. Times 3, 2, 1.
    expect(b?.difference).toMatchObject({
      pValue: near(2 / 64),
      adjustedPValue: near(6 / 64),
      verdict: 'undecided',
    });
    expect(c?.difference).toMatchObject({ pValue: near(2 / 32), adjustedPValue: near(4 / 32) });
    expect(d?.difference).toMatchObject({ pValue: 1, adjustedPValue: 1 });
    const [, alone] = (await compareSingle(['a', 'c'])).runs;
    expect(alone?.difference?.interval95).toEqual(c?.difference?.interval95);
    expect(await compareSingle(['a', 'b', 'c', 'd'])).toEqual(await compareSingle(['a', 'b', 'c', 'd']));
  });

  it('says so when the runs learned from other photos', async () => {
    await write('a', '10', [training]);
    await write('b', '10', [training, { name: 'more', label: 'ash', part: 'training' }]);
    expect((await compareSingle(['a', 'b'])).notices).toEqual([
      'The runs did not learn from the same photos: a part of the difference may come from that.',
    ]);
  });

  it('names runs by as many of their last folders as tell them apart', async () => {
    for (const name of ['x/one/model', 'x/two/model', 'y/one/other']) await write(name, '10');
    const namesOf = async (names: string[]): Promise<string[]> =>
      (await compareSingle(names)).runs.map(({ name }) => name);
    expect(await namesOf(['x/one/model', 'y/one/other'])).toEqual(['model', 'other']);
    expect(await namesOf(['x/one/model', 'x/two/model'])).toEqual(['one/model', 'two/model']);
  });

  describe('with other test photos', () => {
    beforeEach(async () => {
      await writeRun(at('a'), {
        photos: [...drawTested('1111', 'both'), ...drawTested('11', 'only a'), ...drawTested('1', 'learned')],
      });
      const learned = drawTested('1', 'learned').map((photo) => ({ ...photo, part: 'training' as const }));
      await writeRun(at('b'), {
        photos: [...drawTested('1100', 'both'), ...drawTested('1', 'only b'), ...learned],
      });
    });

    it('says how many differ and what to do', async () => {
      await expect(compareRuns([at('a'), at('b')])).rejects.toMatchObject({
        code: 'RUNS_DIFFER',
        message:
          'Expected runs with the same test photos, but 3 photos were tested by a alone and 1 by b alone.',
        hint: `Train b with --split ${join(at('a'), 'split.csv')}, or with the same photos and --seed; or compare on the 4 photos that all of them tested with --common.`,
      });
    });

    it('compares on those that all tested when asked to, which no run has learned from', async () => {
      const { photos, runs, notices } = await compareSingle(['a', 'b'], true);
      expect(photos).toBe(4);
      const [a, b] = runs;
      expect(a).toMatchObject({ right: 4, accuracy: 1 });
      expect(b).toMatchObject({ right: 2, accuracy: 0.5 });
      expect(b?.logLoss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25)) / 2, 12);
      // All confidences are 0.75 and lie in one bin.
      expect(b?.ece).toBeCloseTo(0.25, 12);
      // Wilson's interval of 2 in 4, by SciPy.
      expect(b?.interval95[0]).toBeCloseTo(0.150039, 6);
      expect(b?.interval95[1]).toBeCloseTo(0.849961, 6);
      expect(b?.difference).toMatchObject({ accuracy: -0.5, onlyFirst: 2, onlyThis: 0 });
      expect(notices).toEqual([
        'Compared on the 4 photos that all runs tested; none of the runs learned from them. a tested 7, b tested 5.',
        'The runs did not learn from the same photos: a part of the difference may come from that.',
      ]);
    });

    it('a wrong photo whose class got no probability at all does not make the loss infinite', async () => {
      const photos = drawTested('110', 'both');
      const [, ...others] = photos;
      const sure = { name: 'both 0', label: 'ash', probabilities: [0, 1] };
      // The record, of the logits, knows the loss; the file with six decimals does not.
      const change = (run: RunRecord): void => void (run.metrics.test.logLoss = 9);
      await writeRun(at('c'), { photos: [sure, ...others], change });
      const small = (await compareSingle(['a', 'c'], true)).runs[1];
      expect(small?.logLoss).toBe(9);
      await writeRun(at('c'), { photos: [sure, ...others, ...drawTested('1', 'only c')], change });
      const [, c] = (await compareSingle(['a', 'c'], true)).runs;
      // 0.000000 stands for less than half a millionth.
      expect(c?.logLoss).toBeCloseTo(-(Math.log(5e-7) + Math.log(0.75) + Math.log(0.25)) / 3, 12);
    });

    it('refuses runs without a photo in common, even when asked to', async () => {
      await writeRun(at('c'), { photos: drawTested('11', 'other') });
      const common = { common: true };
      await expect(compareRuns([at('a'), at('c')], common)).rejects.toMatchObject({
        code: 'RUNS_DIFFER',
        message: 'No photo is in the test parts of all 2 runs.',
      });
      await expect(compareRuns([at('a'), at('c')])).rejects.toMatchObject({
        hint: expect.not.stringContaining('--common') as string,
      });
    });
  });

  it('refuses other classes, and names them', async () => {
    await write('a', '10');
    await writeRun(at('b'), {
      classes: ['ash', 'cedar', 'dogwood'],
      photos: [{ name: 'photo 0', label: 'ash', probabilities: [1, 0, 0] }],
    });
    await expect(compareRuns([at('a'), at('b')])).rejects.toMatchObject({
      code: 'RUNS_DIFFER',
      message: 'Expected runs of the same classes, but b lacks "birch" and a lacks "cedar", "dogwood".',
    });
  });

  it('refuses photos that were given another label, and names one', async () => {
    await write('a', '111');
    const [first, ...others] = drawTested('111');
    await writeRun(at('b'), { photos: [{ ...first!, label: 'birch' }, ...others] });
    await expect(compareRuns([at('a'), at('b')])).rejects.toMatchObject({
      code: 'RUNS_DIFFER',
      message:
        'Expected the same labels, but 1 test photo has another one: ash/photo 0.jpg is "ash" in a and "birch" in b.',
    });
  });
});

describe('repeats', () => {
  /** Three seeds with ten test photos each; photo 0 of a seed is photo 9 of the one before. */
  const writeSeeds = (name: string, rights: string[], first = 4): Promise<string> =>
    writeRepeats(
      at(name),
      rights.map((text, index) => ({
        seed: first + index,
        photos: [
          ...Array.from(text, (right, photo): DrawnPhoto => {
            const number = index * 9 + photo;
            const label = number % 2 === 0 ? 'ash' : 'birch';
            const probabilities = (right === '1') === (label === 'ash') ? [0.75, 0.25] : [0.25, 0.75];
            return { name: `photo ${number}`, label, probabilities };
          }),
          ...Array.from({ length: 30 }, (_, photo): DrawnPhoto => ({
            name: `training ${index} ${photo}`,
            label: 'ash',
            part: photo < 20 ? 'training' : 'validation',
          })),
        ],
      })),
    );

  it('pairs them seed by seed and judges by the corrected t test', async () => {
    await writeSeeds('old', ['1111100000', '1111110000', '1111100000']);
    await writeSeeds('new', ['1111111000', '1111111000', '1111111100']);
    const comparison = await compareRepeated(['old', 'new']);
    expect(comparison).toMatchObject({ kind: 'repeats', seeds: [4, 5, 6], predictions: 30, photos: 28 });
    expect(comparison.notices).toEqual([
      "Some photos were tested by several seeds: the 30 predictions are of 28 photos. McNemar's test takes them for independent, so that its p is smaller than it should be; the verdict goes by the corrected t test.",
    ]);
    const [old, other] = comparison.runs;
    expect(old).toMatchObject({ name: 'old', folder: at('old'), heads: ['logistic'], difference: null });
    expect(old?.accuracy.mean).toBeCloseTo(16 / 30, 12);
    expect(old?.pooledEce).toBeCloseTo(0.75 - 16 / 30, 12);
    // Gains 0.2, 0.1, 0.3: mean 0.2, s² = 0.01, variance of the mean 0.01 · (1/3 + 10/30), t with two degrees.
    const error = Math.sqrt(0.01 * (2 / 3));
    const { difference } = other ?? {};
    expect(difference?.accuracy).toBeCloseTo(0.2, 12);
    expect(difference?.interval95?.[0]).toBeCloseTo(0.2 - 4.302652729749 * error, 9);
    expect(difference?.interval95?.[1]).toBeCloseTo(0.2 + 4.302652729749 * error, 9);
    // With two degrees of freedom P(|T| > t) = 1 − t / √(2 + t²).
    const t = 0.2 / error;
    expect(difference?.pValue).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
    // Six photos gained, none lost.
    expect(difference).toMatchObject({
      onlyFirst: 0,
      onlyThis: 6,
      pooledPValue: near(2 / 64),
      verdict: 'undecided',
    });
    expect(difference?.sentence).toBe(
      'The data cannot tell new from old on 3 seeds: if both were equally good, a difference this large would come by chance in 13 of 100 comparisons.',
    );
  });

  it('does not judge by a spread that it has not seen', async () => {
    await writeSeeds('old', ['1111100000', '1111110000']);
    await writeSeeds('new', ['1111110000', '1111111000']);
    const { difference } = (await compareRepeated(['old', 'new'])).runs[1] ?? {};
    expect(difference).toMatchObject({
      interval95: null,
      pValue: null,
      adjustedPValue: null,
      verdict: 'undecided',
    });
    expect(difference?.accuracy).toBeCloseTo(0.1, 12);
    expect(difference?.sentence).toBe(
      'The data cannot tell new from old on 2 seeds: each shows the same difference, so that chance cannot be judged.',
    );
  });

  it('does not take seeds that all tested the same photos for random splits', async () => {
    for (const [name, rights] of [
      ['old', ['11000', '11100']],
      ['new', ['11111', '11110']],
    ] as const) {
      await writeRepeats(
        at(name),
        rights.map((text, seed) => ({ seed, photos: [...drawTested(text), training] })),
      );
    }
    const { runs } = await compareRepeated(['old', 'new']);
    expect(runs[0]?.accuracy.interval95).toBeNull();
    expect(runs[1]?.difference).toMatchObject({ interval95: null, pValue: null, verdict: 'undecided' });
    expect(runs[1]?.difference?.sentence).toContain('all of them tested the same photos');
  });

  it('compares on the seeds and photos that all have when asked to', async () => {
    await writeSeeds('old', ['1111100000', '1111110000', '1111100000']);
    await writeSeeds('new', ['111111100', '1111111000']);
    await expect(compareRuns([at('old'), at('new')])).rejects.toMatchObject({
      code: 'RUNS_DIFFER',
      message: 'Expected repeats of the same seeds, at least two, but old has 4, 5, 6; new has 4, 5.',
      hint: expect.stringContaining('the 2 seeds that all of them have with --common') as string,
    });
    const { seeds, predictions, notices, runs } = await compareRepeated(['old', 'new'], true);
    expect([seeds, predictions]).toEqual([[4, 5], 19]);
    expect(notices[0]).toBe(
      'Compared on the photos that all trainings tested with the same seed; none of them learned from these.',
    );
    expect(runs[0]?.accuracy.mean).toBeCloseTo((5 / 9 + 0.6) / 2, 12);
  });

  it('refuses seeds that tested other photos, naming the seed', async () => {
    await writeSeeds('old', ['1111100000', '1111110000']);
    await writeSeeds('new', ['1111100000', '111111000']);
    await expect(compareRuns([at('old'), at('new')])).rejects.toMatchObject({
      code: 'RUNS_DIFFER',
      message:
        'Expected runs with the same test photos, but 1 photo was tested by old (seed 5) alone and 0 by new (seed 5) alone.',
    });
  });

  it('refuses repeats with less than two seeds in common', async () => {
    await writeSeeds('old', ['11', '10']);
    await writeSeeds('new', ['11', '10'], 5);
    await expect(compareRuns([at('old'), at('new')], { common: true })).rejects.toMatchObject({
      code: 'RUNS_DIFFER',
      hint: 'Train them with the same --seed and --repeats.',
    });
  });

  it('refuses a seed that was trained again in another way', async () => {
    await writeSeeds('old', ['1111100000', '1111110000']);
    await writeSeeds('new', ['1111100000', '1111110000']);
    await writeRun(at('new/seed-5'), { seed: 5, photos: drawTested('1') });
    await expect(compareRuns([at('old'), at('new')])).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: `Expected the training that ${at('new/repeats.json')} speaks of but found another one in ${at('new/seed-5')}.`,
    });
  });

  it('refuses a damaged record, and a seed that is gone', async () => {
    await writeSeeds('old', ['11', '10']);
    await writeSeeds('new', ['11', '10']);
    await rm(at('new/seed-5'), { recursive: true });
    await expect(compareRuns([at('old'), at('new')])).rejects.toMatchObject({ code: 'RUN_INVALID' });
    await writeFile(at('new/repeats.json'), '{"schemaVersion":1}');
    await expect(compareRuns([at('old'), at('new')])).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringContaining('the record of repeated trainings') as string,
    });
  });
});

describe('what is no pair of runs is refused', () => {
  beforeEach(async () => {
    await write('a', '10');
    await write('b', '11');
    await writeRepeats(at('repeats'), [
      { seed: 0, photos: [...drawTested('1'), training] },
      { seed: 1, photos: [...drawTested('0', 'other'), training] },
    ]);
  });

  it.each<[string, string[], object]>([
    [
      'one run',
      ['a'],
      { code: 'INVALID_OPTION', message: 'Expected two runs or more to compare but received one.' },
    ],
    [
      'no run',
      [],
      { code: 'INVALID_OPTION', message: 'Expected two runs or more to compare but received none.' },
    ],
    [
      'a path that is not there',
      ['a', 'c'],
      { code: 'RUN_NOT_FOUND', hint: 'Give the folder that `regraft train` wrote.' },
    ],
  ])('%s', async (_, names, failure) => {
    await expect(compareRuns(names.map(at))).rejects.toMatchObject(failure);
  });

  it('a file, and a folder without a run', async () => {
    await expect(compareRuns([at('a'), at('b/run.json')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: `Expected a finished training at ${at('b/run.json')}, but it is a file.`,
    });
    await mkdir(at('empty'));
    await expect(compareRuns([at('a'), at('empty')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: `Expected a finished training at ${at('empty')}, but it holds neither run.json nor repeats.json.`,
    });
  });

  it('the same run twice, also by another path', async () => {
    await symlink(at('a'), at('link'));
    await expect(compareRuns([at('a'), at('b'), at('link')])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected different runs but received ${at('link')} twice.`,
    });
  });

  it('a run beside repeats, and a folder that holds both', async () => {
    await expect(compareRuns([at('a'), at('repeats')])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `Expected single runs or repeats but received both: ${at('a')} is a run, ${at('repeats')} holds repeats.`,
    });
    await write('repeats', '10');
    await expect(compareRuns([at('repeats'), at('a')])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      hint: expect.stringContaining('one seed') as string,
    });
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ['a text instead of a list', 'a', {}, /^Expected a list of paths for the runs but received "a"/],
    ['an empty path', ['a', ''], {}, /a list of paths/],
    ['an unknown option', ['a', 'b'], { seed: 1 }, /compareRuns has no option "seed"/],
    ['a value that is not allowed', ['a', 'b'], { common: 1 }, /Expected true or false for common/],
  ])('%s', async (_, runs, options, message) => {
    await expect(compareRuns(runs as string[], options as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    });
  });
});
