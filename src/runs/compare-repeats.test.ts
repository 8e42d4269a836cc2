import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from '../compare-runs.ts';
import type { RepeatsComparison } from './comparison.ts';
import { writeRepeats } from './testing/write-repeats.ts';
import { type DrawnPhoto, drawTested, writeRun } from './testing/write-run.ts';

let root: string;
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'regraft-compare-')));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function compareRepeated(names: string[], common = false): Promise<RepeatsComparison> {
  const comparison = await compareRuns(names.map(at), { common });
  if (comparison.kind !== 'repeats') throw new Error('These are repeats.');
  return comparison;
}

const near = (value: number): number => expect.closeTo(value, 12) as number;
const training: DrawnPhoto = { name: 'seen', label: 'ash', part: 'training' };

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
      "Some photos were tested by several seeds: the 30 predictions are of 28 photos. The p of McNemar's test counts each photo once; over all predictions it would be smaller than it should be. The verdict goes by the corrected t test, which allows for other training photos too.",
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
      photoPValue: near(2 / 64),
      verdict: 'undecided',
    });
    expect(difference?.sentence).toBe(
      "The data cannot tell new from old on 3 seeds: if both were equally good, a difference this large would come by chance in 13 of 100 comparisons. These trained models do differ on their test photos by McNemar's test; more seeds or more photos would tell whether others would too.",
    );
  });

  it("counts a photo once in McNemar's test, by what it gained or lost on balance", async () => {
    // Photo 9, the last of the first seed and the first of the second: gained twice, gained and lost, gained once.
    const photoPValueOf = async (name: string, rights: string[]): Promise<number | undefined> => {
      await writeSeeds(name, rights);
      const { difference } = (await compareRepeated(['old', name])).runs[1] ?? {};
      expect(difference?.pooledPValue).toBeCloseTo(
        name === 'both' ? 1 : 2 / 2 ** (name === 'twice' ? 3 : 2),
        12,
      );
      expect(difference?.sentence).not.toContain('These trained models');
      return difference?.photoPValue;
    };
    await writeSeeds('old', ['1111111000', '0111110001']);
    expect(await photoPValueOf('twice', ['1111111011', '1111110001'])).toBeCloseTo(2 / 2 ** 2, 12);
    expect(await photoPValueOf('once', ['1111111011', '0111110001'])).toBeCloseTo(2 / 2 ** 2, 12);
    await writeSeeds('old', ['1111111000', '1111110001']);
    expect(await photoPValueOf('both', ['1111111001', '0111110001'])).toBe(1);
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
