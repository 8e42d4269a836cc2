import { describe, expect, it } from 'vitest';
import { drawFeatures, unreadable, withViews } from '../../test/fixtures/draw-features.ts';
import { type HeadGolden, labelledRows, readHeadGolden } from '../../test/fixtures/head-golden.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

const golden = await readHeadGolden();

function inputOf({
  classes,
  columns,
  taps,
  photos,
  validation,
  views,
  labels,
}: HeadGolden['ridge'][number]): HeadInput {
  const part = (first: number, end: number): LabelledFeatures => {
    const learn = Float32Array.from(views.slice(first * 2 * columns, end * 2 * columns));
    const means = Array.from({ length: (end - first) * columns }, (_, index) => {
      const start = Math.floor(index / columns) * 2 * columns + (index % columns);
      return (learn[start]! + learn[start + columns]!) / 2;
    });
    const own = labels.slice(first, end);
    const twice = own.flatMap((label) => [label, label]);
    return { ...labelledRows(means, own, { first }), learn: labelledRows(learn, twice, { first, views: 2 }) };
  };
  const training = part(0, photos - validation);
  return { classes, taps, training, validation: part(photos - validation, photos), seed: 0 };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
}

describe('the ridge head', () => {
  it.each(golden.ridge.map((one) => [one.columns, one.taps.length, one.classWeights, one] as const))(
    "reaches scikit-learn's scores on %i columns of %i taps with class weights %s, with each photo and without it",
    async (_columns, _taps, classWeights, one) => {
      const input = inputOf(one);
      const head = await resolveHead('ridge', { l2: one.l2, classWeights }).fit(input);
      const slope = Number(head.settings.slope);
      const logits = [
        ...(await scoreRows(input.training.features, head)),
        ...(await scoreRows(input.validation.features, head)),
      ];
      expect(
        largestDifference(
          logits.map((logit) => logit / slope),
          one.scores,
        ),
      ).toBeLessThan(1e-4);
      expect([...head.outOfFold.labels]).toEqual(one.labels);
      expect(
        largestDifference(
          head.outOfFold.logits.map((logit) => logit / slope),
          one.leftOut,
        ),
      ).toBeLessThan(1e-4);
    },
  );

  it('chooses the value of L2 with the least log loss of left out photos, and its neighbours are no better', async () => {
    const draw = { columns: 40, classes: 3, separation: 2 };
    const training = drawFeatures({ ...draw, rows: 90, name: 'training' });
    const validation = drawFeatures({ ...draw, rows: 30, name: 'validation' });
    const head = await resolveHead('ridge').fit({ classes: 3, training, validation, seed: 0 });
    const trials = head.trials ?? [];
    const position = trials.findIndex(({ l2 }) => l2 === head.settings.l2);
    expect(head.settings.l2ChosenBy).toBe('leave-one-out');
    expect(position).toBeGreaterThan(0);
    expect(position).toBeLessThan(trials.length - 1);
    const loss = (index: number): number => trials[index]?.validationLogLoss ?? NaN;
    expect(loss(position)).toBeLessThan(loss(position - 1));
    expect(loss(position)).toBeLessThan(loss(position + 1) + 1e-3);
    const { crossEntropy } = measureLogits(head.outOfFold.logits, head.outOfFold.labels, 3);
    expect(loss(position)).toBeCloseTo(crossEntropy, 12);
  });

  it('takes photos that are alone in their class, which cannot be left out', async () => {
    const draw = { columns: 8, classes: 3, separation: 9 };
    const training = withViews(drawFeatures({ ...draw, rows: 3, name: 'single' }));
    const validation = drawFeatures({ ...draw, rows: 0, name: 'none' });
    const head = await resolveHead('ridge').fit({ classes: 3, training, validation, seed: 0 });
    expect(head.settings).toMatchObject({ l2ChosenBy: 'default', l2: 1e-3, slope: 5 });
    expect(head.outOfFold.labels).toHaveLength(0);
    const test = drawFeatures({ ...draw, rows: 90, name: 'test' });
    expect(measureLogits(await scoreRows(test.features, head), test.labels, 3).accuracy).toBeGreaterThan(0.9);
  });

  it('takes a class without rows', async () => {
    const input = {
      training: drawFeatures({ rows: 60, columns: 8, classes: 3, separation: 6, name: 'training' }),
      validation: drawFeatures({ rows: 15, columns: 8, classes: 3, separation: 6, name: 'validation' }),
    };
    const head = await resolveHead('ridge').fit({ ...input, classes: 4, seed: 0 });
    expect([...head.weights, ...head.bias].every(Number.isFinite)).toBe(true);
    expect(head.validationAccuracy).toBeGreaterThan(0.9);
  });

  it('refuses what would take too much memory and says what to do', async () => {
    const input = { classes: 2, training: unreadable(4200, 4100), validation: unreadable(0, 4100), seed: 0 };
    await expect(resolveHead('ridge').fit(input)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message:
        'Expected at most 4096 feature values a photo, or as many photos and views to learn from, for the ridge head but found 4100 values and 4200 photos and views.',
      hint: 'Take fewer taps or views, or the logistic head.',
    });
  });
});
