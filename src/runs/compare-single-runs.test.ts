import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from '../compare-runs.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { RunComparison } from './comparison.ts';
import { type DrawnPhoto, drawTested, writeRun } from './testing/write-run.ts';

let root: string;
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'regraft-compare-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a run by which of its test photos it has right. */
const write = (name: string, rights: string, more: DrawnPhoto[] = []): Promise<string> =>
  writeRun(at(name), { photos: [...drawTested(rights), ...more] });

async function compareSingle(names: string[], common = false): Promise<RunComparison> {
  const comparison = await compareRuns(names.map(at), { common });
  if (comparison.kind !== 'runs') throw new Error('These are single runs.');
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
    // exact_bootstrap(2, 20, 18) of test/goldens/compare.py.
    expect(difference?.interval95?.[0]).toBeCloseTo(0.275, 12);
    expect(difference?.interval95?.[1]).toBeCloseTo(0.625, 12);
    expect(difference?.sentence).toBe(
      'new is better than old by 45.0 points on 40 photos: if both were equally good, a difference this large would come by chance in 1 of 8,200 comparisons.',
    );
  });

  it('does not depend on the order of the photos', async () => {
    const photos = drawTested('1011001110');
    await writeRun(at('a'), { photos });
    await writeRun(at('b'), { photos: [...photos].reverse() });
    const [, b] = (await compareSingle(['a', 'b'])).runs;
    expect(b?.difference).toMatchObject({
      accuracy: 0,
      interval95: null,
      onlyFirst: 0,
      onlyThis: 0,
      verdict: 'undecided',
    });
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
    for (const name of ['x/one/model', 'x/two/model', 'y/one/other', 'x/seed-1']) await write(name, '10');
    const namesOf = async (names: string[]): Promise<string[]> =>
      (await compareSingle(names)).runs.map(({ name }) => name);
    expect(await namesOf(['x/one/model', 'y/one/other'])).toEqual(['model', 'other']);
    expect(await namesOf(['x/one/model', 'x/two/model'])).toEqual(['one/model', 'two/model']);
    expect(await namesOf(['x/one/model', 'x/seed-1'])).toEqual(['one/model', 'x/seed-1']);
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
