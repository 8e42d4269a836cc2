import { describe, expect, it } from 'vitest';
import { drawFeatures } from '../../test/fixtures/draw-features.ts';
import { labelledRows, readHeadGolden } from '../../test/fixtures/head-golden.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import type { HeadInput, LabelledFeatures } from './head.ts';
import { measureLogits } from './measure-logits.ts';
import { scoreRows } from './score.ts';
import { resolveHead } from './trainers.ts';

const none = (columns: number): LabelledFeatures =>
  drawFeatures({ rows: 0, columns, classes: 2, separation: 0, name: 'none' });

describe('the centroid head', () => {
  it("gives the cosines to scikit-learn's centroids, times its slope", async () => {
    const { classes, columns, taps, features, labels, cosines } = (await readHeadGolden()).centroid;
    const training = labelledRows(features, labels);
    const head = await resolveHead('centroid').fit({
      classes,
      taps,
      training,
      validation: none(columns),
      seed: 0,
    });
    const logits = await scoreRows(training.features, head);
    for (const [index, cosine] of cosines.entries()) {
      expect(logits[index]! / Number(head.settings.slope)).toBeCloseTo(cosine, 5);
    }
  });

  it('needs one photo a class, and no others to judge by', async () => {
    const draw = { columns: 40, classes: 4, separation: 8 };
    const training = drawFeatures({ ...draw, rows: 4, name: 'single' });
    const head = await resolveHead('centroid').fit({ classes: 4, training, validation: none(40), seed: 0 });
    expect(head.settings).toEqual({ slope: 5, slopeChosenBy: 'default', folds: 0 });
    expect(head.outOfFold.labels).toHaveLength(0);
    const test = drawFeatures({ ...draw, rows: 200, name: 'test' });
    expect(measureLogits(await scoreRows(test.features, head), test.labels, 4).accuracy).toBeGreaterThan(0.9);
  });

  it('does not mind that one tap has far larger values than another', async () => {
    // Only the first of the two taps tells the classes apart.
    const input = (name: string): LabelledFeatures => {
      const telling = drawFeatures({ rows: 60, columns: 8, classes: 2, separation: 6, name });
      const noise = drawFeatures({ rows: 60, columns: 8, classes: 2, separation: 0, name: `${name} noise` });
      return {
        ...telling,
        features: {
          ...telling.features,
          columns: 16,
          async chunk(index) {
            const [left, right] = [await telling.features.chunk(index), await noise.features.chunk(index)];
            return Float32Array.from({ length: 60 * 16 }, (_, at) => {
              const [row, column] = [Math.floor(at / 16), at % 16];
              return column < 8 ? left[row * 8 + column]! : 1000 * right[row * 8 + column - 8]!;
            });
          },
        },
      };
    };
    const [training, test] = [input('training'), input('test')];
    const accuracyWith = async (taps: number[]): Promise<number> => {
      const fitted: HeadInput = { classes: 2, taps, training, validation: none(16), seed: 0 };
      const head = await resolveHead('centroid').fit(fitted);
      return measureLogits(await scoreRows(test.features, head), test.labels, 2).accuracy;
    };
    expect(await accuracyWith([8, 8])).toBeGreaterThan(0.95);
    expect(await accuracyWith([16])).toBeLessThan(0.8);
  });

  it('scores a class without rows 0 and a photo at the centre alike for all', async () => {
    const training = {
      features: matrixFromArray(Float32Array.of(1, 0, 0, 1), 2, 2),
      labels: Int32Array.of(0, 1),
      identities: ['a', 'b'],
    };
    const head = await resolveHead('centroid').fit({ classes: 3, training, validation: none(2), seed: 0 });
    const logits = await scoreRows(matrixFromArray(Float32Array.of(0.9, 0.1, 0.5, 0.5), 2, 2), head);
    expect(logits[0]).toBeCloseTo(5, 5);
    expect(logits[1]).toBeCloseTo(-5, 5);
    expect(logits[2]).toBe(0);
    expect([...logits.subarray(3)].every((logit) => Math.abs(logit) < 1e-4)).toBe(true);
  });
});
