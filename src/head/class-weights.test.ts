import { describe, expect, it } from 'vitest';
import { labelledRows, readHeadGolden } from '../../test/fixtures/head-golden.ts';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { softmaxRows } from '../evaluate/softmax.ts';
import { weighRows } from './class-weights.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

describe('weighRows', () => {
  it('gives rows to learn from the weight 1 and others 0', () => {
    expect([...weighRows(Int32Array.of(0, 0, 1, 1), 3, 'none')]).toEqual([1, 1, 1, 0]);
  });

  it('gives each class that has rows the same sum, and all together as many as there are rows', () => {
    const weights = weighRows(Int32Array.of(0, 0, 0, 3, 0, 3), 5, 'balanced');
    expect([...weights].map((weight) => Number(weight.toFixed(6)))).toEqual([
      0.625, 0.625, 0.625, 2.5, 0.625, 0,
    ]);
  });
});

describe('balanced class weights', () => {
  it("bring the logistic head to scikit-learn's probabilities", async () => {
    const { classes, columns, l2, features, labels, probabilities } = (await readHeadGolden()).balanced;
    const training = labelledRows(features, labels);
    const validation = drawFeatures({ rows: 0, columns, classes, separation: 0, name: 'none' });
    const options = { l2, classWeights: 'balanced', tolerance: 1e-6 };
    const head = await resolveHead('logistic', options).fit({ classes, training, validation, seed: 0 });
    const found = softmaxRows(await scoreRows(training.features, head), classes, 1);
    for (const [index, probability] of probabilities.entries()) {
      expect(Math.abs(found[index]! - probability)).toBeLessThan(3e-5);
    }
  });

  it.each(['logistic', 'ridge', 'mlp'])('find more photos of a small class by the %s head', async (type) => {
    const draw = { columns: 10, classes: 2, separation: 1.5 };
    const part = drawFeatures({ ...draw, rows: 400, name: 'training' });
    // Nine photos of the first class for one of the second.
    const rows = [...part.labels.keys()].filter((row) => part.labels[row] === 0 || row % 18 === 1);
    const values = await part.features.chunk(0);
    const training = labelledRows(
      rows.flatMap((row) => [...values.subarray(row * 10, row * 10 + 10)]),
      rows.map((row) => part.labels[row] ?? 0),
    );
    const validation = drawFeatures({ ...draw, rows: 0, name: 'none' });
    const test = drawFeatures({ ...draw, rows: 400, name: 'test' });
    const recallWith = async (classWeights: string): Promise<number> => {
      const head = await resolveHead(type, { classWeights }).fit({
        classes: 2,
        training,
        validation,
        seed: 0,
      });
      const logits = await scoreRows(test.features, head);
      const found = [...test.labels.keys()].filter(
        (row) => test.labels[row] === 1 && logits[2 * row + 1]! > logits[2 * row]!,
      );
      return found.length / 200;
    };
    expect(await recallWith('balanced')).toBeGreaterThan((await recallWith('none')) + 0.2);
  });
});
