import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures, withValues } from '../../test/fixtures/draw-features.ts';
import { areaUnderRoc } from '../evaluate/auroc.ts';
import { rejectionThreshold } from '../evaluate/rejection-threshold.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { LabelledFeatures } from '../head/head.ts';
import { choosePhotos } from './choose-photos.ts';
import { fitUnknown, type UnknownInput } from './fit-unknown.ts';
import { scoreUnknown } from './score-unknown.ts';
import type { UnknownFit } from './unknown-model.ts';

const columns = 24;

/** Rows of five classes; of the same five whatever the name. */
function draw(name: string, rows: number): LabelledFeatures {
  return drawFeatures({ rows, columns, classes: 5, separation: 6, name });
}

/** Only rows of some classes. */
async function ofClasses(part: LabelledFeatures, wanted: readonly number[]): Promise<LabelledFeatures> {
  const values = await part.features.chunk(0);
  const rows = [...part.labels.keys()].filter((row) => wanted.includes(part.labels[row] ?? -1));
  const kept = rows.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]);
  return {
    features: matrixFromArray(Float32Array.from(kept), rows.length, columns),
    labels: Int32Array.from(rows, (row) => part.labels[row] ?? 0),
    identities: rows.map((row) => part.identities[row] ?? ''),
  };
}

async function fit(parts: UnknownInput['parts'], options: Partial<UnknownInput> = {}): Promise<UnknownFit> {
  const found = await fitUnknown({ parts, known: [0, 1, 2, 3, 4], seed: 0, ...options });
  if (found === undefined) return expect.unreachable('nothing was fitted');
  return found;
}

describe('unknown scores', () => {
  it('tell rows of a class that was left out, and reject known ones about as often as asked', async () => {
    const known = [0, 1, 2, 3];
    const fitted = await fit([draw('training', 600), draw('validation', 100)], { known, taps: [10, 14] });
    const fresh = await scoreUnknown((await ofClasses(draw('fresh', 2000), known)).features, fitted.model);
    const unknown = await scoreUnknown((await ofClasses(draw('other', 500), [4])).features, fitted.model);
    expect(fitted.photos).toBe(560);
    expect(fitted.scores).toHaveLength(560);
    expect(areaUnderRoc(fresh, unknown)).toBeGreaterThan(0.95);
    for (const share of [0.02, 0.05, 0.2]) {
      const threshold = rejectionThreshold(fitted.scores, share) ?? NaN;
      const rejected = fresh.filter((score) => score > threshold).length / fresh.length;
      // Three standard errors of the 560 scores that the threshold is set by, and of the 1600 fresh ones.
      const margin = 3 * Math.sqrt(share * (1 - share) * (1 / 560 + 1 / 1600));
      expect(Math.abs(rejected - share)).toBeLessThan(margin);
    }
  });

  it('are as sure of what is like no photo at all', async () => {
    const fitted = await fit([draw('training', 300)]);
    const far = Float32Array.from({ length: 50 * columns }, (_, index) => 40 * Math.sin(index * 1.7));
    const scores = await scoreUnknown(matrixFromArray(far, 50, columns), fitted.model);
    const known = await scoreUnknown(draw('fresh', 200).features, fitted.model);
    expect(areaUnderRoc(known, scores)).toBeGreaterThan(0.95);
  });

  it('take known photos alone into account, each once', async () => {
    const training = draw('training', 100);
    const twice = await fit([training, training]);
    const once = await fit([training]);
    expect(twice).toEqual(once);
  });

  it('come out byte by byte the same from a file that is read in chunks', async () => {
    const training = draw('training', 90);
    expect(await fit([asFile(training, 7)])).toEqual(await fit([training]));
  });

  it('are fitted on photos evenly from all classes when there are many', async () => {
    const fitted = await fit([draw('training', 400)], { mostPhotos: 60 });
    expect(fitted.photos).toBe(60);
    expect(fitted.scores).toHaveLength(60);
  });

  it('need a class with two different photos', async () => {
    const one = await ofClasses(draw('training', 5), [0, 1, 2, 3, 4]);
    expect(await fitUnknown({ parts: [one], known: [0, 1, 2, 3, 4], seed: 0 })).toBeUndefined();
    const same = { ...draw('training', 10), identities: [0, 1, 2, 3, 4, 0, 1, 2, 3, 4].map(String) };
    expect(await fitUnknown({ parts: [same], known: [0, 1, 2, 3, 4], seed: 0 })).toBeUndefined();
    expect((await fit([draw('training', 10)])).scores).toHaveLength(10);
  });

  it.each([
    ['one class', [2], columns],
    ['two classes', [1, 3], columns],
    ['a single column', [0, 1, 2, 3, 4], 1],
  ])('are finite with %s', async (_, known, width) => {
    const all = drawFeatures({ rows: 60, columns: width, classes: 5, separation: 6, name: 'training' });
    const { model, scores } = await fit([all], { known });
    const given = await scoreUnknown(all.features, model);
    expect([...scores, ...given].every(Number.isFinite)).toBe(true);
  });

  it('ignore a tap that never changes, also when it is the last', async () => {
    const constant = await withValues(draw('training', 100), (values) => {
      for (let index = 0; index < values.length; index++) if (index % columns >= 20) values[index] = 7;
    });
    const { model, scores } = await fit([constant], { taps: [20, 4] });
    const given = await scoreUnknown(constant.features, model);
    expect([...scores, ...given].every(Number.isFinite)).toBe(true);
  });

  it('refuse features that are all equal, or not finite', async () => {
    const equal = await withValues(draw('training', 50), (values) => values.fill(3));
    await expect(fit([equal])).rejects.toMatchObject({ code: 'FEATURES_INVALID' });
    const broken = await withValues(draw('training', 50), (values) => void (values[77] = NaN));
    await expect(fit([broken])).rejects.toMatchObject({
      code: 'FEATURES_INVALID',
      message: expect.stringContaining('row 3, column 5') as string,
    });
  });

  it('are not fitted after a cancellation', async () => {
    await expect(fit([draw('training', 50)], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('choosePhotos', () => {
  const labels = Int32Array.from({ length: 60 }, (_, row) => (row < 50 ? 0 : row < 59 ? 1 : 2));
  const identities = [...labels.keys()].map(String);

  it('takes as many of each class as there are, up to an equal share', () => {
    const chosen = choosePhotos(labels, identities, [0, 1, 2], 30, 0);
    const counts = [0, 1, 2].map((label) => chosen.labels.filter((own) => own === label).length);
    expect(counts).toEqual([20, 9, 1]);
    expect(chosen.rows).toEqual([...chosen.rows].sort((a, b) => a - b));
    expect(choosePhotos(labels, identities, [0, 1, 2], 30, 1).rows).not.toEqual(chosen.rows);
    expect(choosePhotos(labels, identities, [0, 1, 2], 30, 0)).toEqual(chosen);
  });

  it('takes two of each class however few are wanted, and numbers the known classes', () => {
    const chosen = choosePhotos(labels, identities, [2, 0], 2, 0);
    expect([...chosen.labels]).toEqual([1, 1, 0]);
  });
});
