import { describe, expect, it } from 'vitest';
import { asFile, drawFeatures, withViews } from '../../test/fixtures/draw-features.ts';
import { type FeatureScaling, measureFeatures } from './feature-scaling.ts';
import { fitLogistic, splitPoint } from './fit-logistic.ts';
import type { LabelledFeatures, LabelledRows } from './head.ts';
import { joinRows, learnRows } from './joined-rows.ts';
import { openRowSpace } from './row-space.ts';
import { openSoftmaxLoss } from './softmax-loss.ts';

const [classes, columns] = [3, 150];
const draw = (name: string, rows: number): LabelledFeatures =>
  drawFeatures({ rows, columns, classes, separation: 3, name });

async function readAll(parts: readonly LabelledRows[], { mean, scale }: FeatureScaling): Promise<number[][]> {
  const rows: number[][] = [];
  for (const { features } of parts) {
    const values = await features.chunk(0);
    for (let row = 0; row < features.rows; row++) {
      const own = values.subarray(row * features.columns, (row + 1) * features.columns);
      rows.push(Array.from(own, (value, column) => (value - mean[column]!) / scale[column]!));
    }
  }
  return rows;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
}

describe('openRowSpace', () => {
  it('keeps the inner products of all rows with those to learn from', async () => {
    const input = { training: withViews(draw('training', 20)), validation: withViews(draw('validation', 9)) };
    const joined = joinRows(input);
    const scaling = await measureFeatures(learnRows(input.training).features);
    const space = await openRowSpace(joined, scaling);
    expect(space.scaling.mean).toHaveLength(58);
    const before = await readAll(joined.parts, scaling);
    const after = await readAll(space.parts, space.scaling);
    expect(after).toHaveLength(87);
    for (const [i, row] of before.entries()) {
      for (const [j, learned] of before.slice(0, 58).entries()) {
        expect(Math.abs(dot(row, learned) - dot(after[i] ?? [], after[j] ?? []))).toBeLessThan(1e-6);
      }
    }
  });

  it('keeps them across blocks of rows', async () => {
    const wide = { columns: 1500, classes, separation: 3 };
    const input = {
      training: drawFeatures({ ...wide, rows: 640, name: 'training' }),
      validation: drawFeatures({ ...wide, rows: 90, name: 'validation' }),
    };
    const joined = joinRows(input);
    const scaling = await measureFeatures(input.training.features);
    const space = await openRowSpace(joined, scaling);
    const before = await readAll(joined.parts, scaling);
    const after = await readAll(space.parts, space.scaling);
    expect(after[0]).toHaveLength(730);
    const rows = [0, 1, 319, 320, 321, 511, 512, 639, 640, 641, 729];
    for (const i of rows) {
      for (const j of rows) {
        const own = dot(after[i] ?? [], after[j] ?? []);
        expect(Math.abs(dot(before[i] ?? [], before[j] ?? []) - own)).toBeLessThan(1e-6);
      }
    }
  });

  it('takes weights back to features, which then give each row the same score', async () => {
    const input = { training: withViews(draw('training', 20)), validation: draw('validation', 9) };
    const joined = joinRows(input);
    const scaling = await measureFeatures(learnRows(input.training).features);
    const space = await openRowSpace(joined, scaling);
    const coordinates = space.scaling.mean.length;
    // Two outputs; weights in the span of the rows, as any optimum is.
    const after = await readAll(space.parts, space.scaling);
    const point = Float64Array.of(...(after[3] ?? []), ...(after[30] ?? []), 5, 6);
    const expanded = await space.expand(point, 2);
    expect(expanded).toHaveLength(2 * columns + 2);
    expect([...expanded.subarray(2 * columns)]).toEqual([5, 6]);
    for (const [index, row] of (await readAll(joined.parts, scaling)).entries()) {
      for (const output of [0, 1]) {
        const direct = dot(row, [...expanded.subarray(output * columns, (output + 1) * columns)]);
        const own = [...point.subarray(output * coordinates, (output + 1) * coordinates)];
        expect(Math.abs(direct - dot(after[index] ?? [], own))).toBeLessThan(1e-5);
      }
    }
  });

  it('fits the same classifier as the features themselves do, copies of photos among them', async () => {
    const training = draw('training', 30);
    const input = { training, validation: training };
    const joined = joinRows(input);
    const scaling = await measureFeatures(training.features);
    const space = await openRowSpace(joined, scaling);
    expect(space.scaling.mean).toHaveLength(60);
    const fitIn = async (parts: readonly LabelledRows[], own: FeatureScaling): Promise<Float64Array> => {
      await using loss = await openSoftmaxLoss(parts, classes, own);
      const { point } = await fitLogistic(loss, classes, {
        rowWeights: joined.learn,
        l2: 1e-3,
        start: new Float64Array(classes * own.mean.length + classes),
        maxIterations: 500,
        tolerance: 1e-6,
      });
      return point;
    };
    const direct = await fitIn(joined.parts, scaling);
    const reduced = await space.expand(await fitIn(space.parts, space.scaling), classes);
    const test = await readAll([draw('test', 40)], scaling);
    const [expected, found] = [direct, reduced].map((point) => {
      const { weights, bias } = splitPoint(point, classes);
      return test.flatMap((row) =>
        Array.from(
          bias,
          (shift, k) => shift + dot(row, [...weights.subarray(k * columns, (k + 1) * columns)]),
        ),
      );
    });
    const largest = Math.max(...(expected ?? []).map(Math.abs));
    for (const [index, logit] of (expected ?? []).entries()) {
      expect(Math.abs((found?.[index] ?? NaN) - logit) / largest).toBeLessThan(1e-4);
    }
  });

  it('gives equal bytes for features in memory and in chunks', async () => {
    const input = { training: draw('training', 40), validation: draw('validation', 9) };
    const scaling = await measureFeatures(input.training.features);
    const inMemory = await openRowSpace(joinRows(input), scaling);
    const chunked = await openRowSpace(
      joinRows({ training: asFile(input.training, 7), validation: asFile(input.validation, 7) }),
      scaling,
    );
    for (const [index, part] of inMemory.parts.entries()) {
      expect(await chunked.parts[index]?.features.chunk(0)).toEqual(await part.features.chunk(0));
    }
  });

  it('leaves features alone where rows are too many to gain from it', async () => {
    const input = { training: draw('training', 60), validation: draw('validation', 30) };
    const joined = joinRows(input);
    const scaling = await measureFeatures(input.training.features);
    const space = await openRowSpace(joined, scaling);
    expect(space.parts).toBe(joined.parts);
    const point = Float64Array.of(1, 2);
    expect(await space.expand(point, 1)).toEqual(point);
  });

  it('stops when it is cancelled', async () => {
    const input = { training: draw('training', 20), validation: draw('validation', 9) };
    const scaling = await measureFeatures(input.training.features);
    await expect(openRowSpace(joinRows(input), scaling, AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
