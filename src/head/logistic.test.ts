import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

interface Golden {
  logistic: {
    classes: number;
    columns: number;
    trainingRows: number;
    features: number[];
    labels: number[];
    fits: { l2: number; weights: number[]; probabilities: number[] }[];
  };
}

async function readGolden(): Promise<Golden['logistic']> {
  const url = new URL('../../test/goldens/head.json', import.meta.url);
  return (JSON.parse(await readFile(url, 'utf8')) as Golden).logistic;
}

function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, (logit) => Math.exp(logit));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function drawInput(classes: number, columns: number, rows: number, separation: number): HeadInput {
  const draw = (name: string, count: number): LabelledFeatures =>
    drawFeatures({ name, rows: count, columns, classes, separation });
  return { classes, training: draw('training', rows), validation: draw('validation', rows / 3), seed: 0 };
}

describe('the logistic head', () => {
  it("reaches scikit-learn's weights and probabilities", async () => {
    const { classes, columns, trainingRows, features, labels, fits } = await readGolden();
    const part = (first: number, end: number): LabelledFeatures => ({
      features: matrixFromArray(
        Float32Array.from(features.slice(first * columns, end * columns)),
        end - first,
        columns,
      ),
      labels: Int32Array.from(labels.slice(first, end)),
      identities: labels.slice(first, end).map((_, row) => `row ${first + row}`),
    });
    const input = {
      classes,
      training: part(0, trainingRows),
      validation: part(trainingRows, labels.length),
      seed: 0,
    };
    expect(fits.length).toBeGreaterThan(1);
    for (const fit of fits) {
      const head = await resolveHead('logistic', { l2: fit.l2, tolerance: 1e-6 }).fit(input);
      const largest = Math.max(...fit.weights.map(Math.abs));
      for (const [i, weight] of fit.weights.entries()) {
        expect(Math.abs((head.weights[i] ?? NaN) - weight) / largest).toBeLessThan(3e-5);
      }
      const logits = await scoreRows(part(0, labels.length).features, head);
      for (let row = 0; row < labels.length; row++) {
        const probabilities = softmax(logits.subarray(row * classes, (row + 1) * classes));
        for (const [i, probability] of probabilities.entries()) {
          expect(Math.abs(probability - (fit.probabilities[row * classes + i] ?? NaN))).toBeLessThan(3e-5);
        }
      }
    }
  });

  it('chooses the value of L2 with the least log loss on the validation rows', async () => {
    const head = await resolveHead('logistic').fit(drawInput(3, 40, 90, 2));
    const trials = head.trials ?? [];
    expect(trials.length).toBeGreaterThan(3);
    expect(trials.map(({ l2 }) => l2)).toEqual(trials.map(({ l2 }) => l2).sort((a, b) => b - a));
    const losses = trials.map(({ validationLogLoss }) => validationLogLoss ?? Infinity);
    const chosen = trials.find(({ l2 }) => l2 === head.settings.l2);
    expect(chosen?.validationLogLoss).toBeLessThanOrEqual(Math.min(...losses) + 1e-3);
    expect(chosen?.validationAccuracy).toBe(head.validationAccuracy);
    expect(head.settings.l2ChosenBy).toBe('validation');
    // The two values after the best were no better: there the search stopped.
    expect(trials.indexOf(chosen ?? trials[0]!)).toBe(trials.length - 3);
  });

  it('penalises weights more the larger L2 is', async () => {
    const input = drawInput(3, 10, 60, 3);
    const lengthOf = async (l2: number): Promise<number> =>
      Math.hypot(...(await resolveHead('logistic', { l2 }).fit(input)).weights);
    const [strong, middle, weak] = [await lengthOf(1), await lengthOf(0.01), await lengthOf(0.0001)];
    expect(strong).toBeLessThan(middle);
    expect(middle).toBeLessThan(weak);
  });

  it('keeps duplicates in one fold, also across training and validation', async () => {
    // Labels are chance; were a duplicate fitted on, its twin would come out right.
    const training = drawFeatures({ rows: 90, columns: 200, classes: 3, separation: 0, name: 'twins' });
    const head = await resolveHead('logistic', { l2: 1e-5 }).fit({
      classes: 3,
      training,
      validation: training,
      seed: 0,
    });
    expect(head.outOfFold.labels).toHaveLength(180);
    expect(measureLogits(head.outOfFold.logits, head.outOfFold.labels, 3).accuracy).toBeLessThan(0.5);
  });

  it('gives the out-of-fold rows in the order of training and then validation', async () => {
    const input = drawInput(3, 16, 60, 30);
    const head = await resolveHead('logistic', { l2: 1e-3 }).fit(input);
    expect([...head.outOfFold.labels]).toEqual([...input.training.labels, ...input.validation.labels]);
    expect(measureLogits(head.outOfFold.logits, head.outOfFold.labels, 3).accuracy).toBeGreaterThan(0.95);
  });

  it('chooses L2 by cross-validation when there are no validation rows', async () => {
    const input = drawInput(3, 40, 90, 2);
    const validation = drawFeatures({ rows: 0, columns: 40, classes: 3, separation: 0, name: 'none' });
    const head = await resolveHead('logistic').fit({ ...input, validation });
    expect(head.settings).toMatchObject({ l2ChosenBy: 'cross-validation', folds: 5 });
    expect(head.validationAccuracy).toBeNull();
    expect(head.outOfFold.labels).toHaveLength(90);
    // The logits are those by which it was chosen.
    const { crossEntropy } = measureLogits(head.outOfFold.logits, head.outOfFold.labels, 3);
    const chosen = head.trials?.find(({ l2 }) => l2 === head.settings.l2);
    expect(chosen?.validationLogLoss).toBeCloseTo(crossEntropy, 12);
  });

  it('takes its default where two photos leave nothing to choose by', async () => {
    const training = drawFeatures({ rows: 2, columns: 4, classes: 2, separation: 5, name: 'two' });
    const validation = drawFeatures({ rows: 0, columns: 4, classes: 2, separation: 0, name: 'none' });
    const head = await resolveHead('logistic').fit({ classes: 2, training, validation, seed: 0 });
    expect(head.settings).toMatchObject({ l2ChosenBy: 'default', l2: 1e-4, folds: 0 });
    expect(head.outOfFold.labels).toHaveLength(0);
    expect(measureLogits(await scoreRows(training.features, head), training.labels, 2).accuracy).toBe(1);
  });

  it('does not mind a large offset of the features', async () => {
    const input = drawInput(3, 16, 90, 6);
    const plain = await resolveHead('logistic', { l2: 1e-3 }).fit(input);
    const shift = async (part: LabelledFeatures): Promise<LabelledFeatures> => {
      const values = (await part.features.chunk(0)).map((value) => value + 1024);
      return { ...part, features: matrixFromArray(values, part.features.rows, part.features.columns) };
    };
    const shifted = await resolveHead('logistic', { l2: 1e-3 }).fit({
      ...input,
      training: await shift(input.training),
      validation: await shift(input.validation),
    });
    for (const [i, weight] of plain.weights.entries()) expect(shifted.weights[i]).toBeCloseTo(weight, 2);
  });

  it('spans several blocks of rows', async () => {
    const input = drawInput(2, 6, 1500, 1);
    const head = await resolveHead('logistic', { l2: 1e-2, tolerance: 1e-6 }).fit(input);
    // Stationarity in the bias: predicted frequencies equal the true ones over all fitted rows.
    let excess = 0;
    for (const part of [input.training, input.validation]) {
      const logits = await scoreRows(part.features, head);
      for (const [row, label] of part.labels.entries()) {
        excess += (softmax(logits.subarray(2 * row, 2 * row + 2))[0] ?? NaN) - (label === 0 ? 1 : 0);
      }
    }
    expect(Math.abs(excess) / 2000).toBeLessThan(1e-5);
  });

  it('fits weights too large to be sent with every run or to be cross-fitted side by side', async () => {
    const draw = { columns: 7000, classes: 40, separation: 60 };
    const head = await resolveHead('logistic', { l2: 1e-3, folds: 2 }).fit({
      classes: draw.classes,
      training: drawFeatures({ ...draw, rows: 120, name: 'training' }),
      validation: drawFeatures({ ...draw, rows: 40, name: 'validation' }),
      seed: 0,
    });
    expect(head.validationAccuracy).toBeGreaterThan(0.9);
    expect(
      measureLogits(head.outOfFold.logits, head.outOfFold.labels, draw.classes).accuracy,
    ).toBeGreaterThan(0.9);
  });
});
