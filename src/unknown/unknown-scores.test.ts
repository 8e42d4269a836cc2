import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawUnknownModel } from './testing/draw-unknown-model.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { measureFeatures } from '../head/feature-scaling.ts';
import { combineRows } from './combine-rows.ts';
import { crossFit, fitOn, type FitSetting } from './cross-fit.ts';
import { openProducts } from './products.ts';
import type { Int8Rows } from './int8-rows.ts';
import { makeRest } from './rest.ts';
import { scoreUnknown } from './score-unknown.ts';
import { measureSpread, standardise } from './spread.ts';

interface Case {
  columns: number;
  taps: number[];
  directions: number;
  labels: number[];
  values: number[];
  heldOut: number[][];
  scores: number[];
  others: number[];
  otherScores: number[];
}

/** Made by test/goldens/unknown.py with NumPy, in another form: the primal normal equations and a singular value decomposition. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/goldens/unknown.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

it.each(golden.cases)(
  'scores rows that a fit has not seen as NumPy does, of $taps columns',
  async ({ columns, taps, directions, labels, values, heldOut, scores, others, otherScores }) => {
    const rows = labels.length;
    const matrix = matrixFromArray(Float32Array.from(values), rows, columns);
    const scaling = await measureFeatures(matrix, taps);
    const scaled = Float32Array.from(values, (value, index) => {
      const column = index % columns;
      return (value - scaling.mean[column]!) / scaling.scale[column]!;
    });
    const lastColumns = taps.at(-1) ?? columns;
    const lastValues = scaled.filter((_, index) => index % columns >= columns - lastColumns);
    await using products = await openProducts(undefined);
    const setting: FitSetting = {
      grams: {
        all: { values: await products.gram(scaled, rows), rows },
        last: { values: await products.gram(lastValues, rows), rows },
      },
      labels: Int32Array.from(labels),
      classes: Math.max(...labels) + 1,
      directions,
      products,
      rest: makeRest(undefined),
    };
    const unseen = await crossFit(setting, heldOut);
    const spread = measureSpread(unseen.scores, unseen.labels, setting.classes);
    const found = standardise(unseen.scores, spread);
    expect(found.length).toBe(scores.length);
    // Products are float32, and the iteration that finds the subspace ends when it hardly grows.
    for (const [index, score] of scores.entries())
      {expect(Math.abs(found[index]! - score)).toBeLessThan(0.002);}

    const fit = await fitOn(setting, [...labels.keys()]);
    const model = await combineRows({
      ...setting,
      values: scaled,
      columns,
      lastColumns,
      scaling,
      fit,
      spread,
    });
    const unknown = await scoreUnknown(
      matrixFromArray(Float32Array.from(others), otherScores.length, columns),
      model,
    );
    // The weights are rounded to 255 steps of their largest.
    for (const [index, score] of otherScores.entries())
      {expect(Math.abs(unknown[index]! - score)).toBeLessThan(0.05);}
  },
);

it('scores by the formula that the model states, taps joined or one alone', async () => {
  for (const taps of [[5, 8], [9]]) {
    const model = drawUnknownModel(3, taps);
    const [columns, last] = [model.weights.columns, model.directions.columns];
    const rows = Array.from({ length: 40 }, (_, row) =>
      Array.from({ length: columns }, (_, column) => Math.fround(2 * Math.sin(row * 2.3 + column * 1.1))),
    );
    const matrix = matrixFromArray(Float32Array.from(rows.flat()), rows.length, columns);
    const scores = await scoreUnknown(matrix, model);
    const expected = rows.map((row) => {
      const x = row.map((value, column) => (value - model.mean[column]!) * model.inverseScale[column]!);
      const nearest = dots(model.weights, unit(x)).map((product, label) => model.bias[label]! - product);
      const within = dots(model.directions, unit(x.slice(-last))).reduce((sum, value) => sum + value ** 2, 0);
      return Math.min(...nearest) + model.offset - model.slope * within;
    });
    for (const [row, score] of expected.entries()) expect(Math.abs(scores[row]! - score)).toBeLessThan(1e-4);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.5);
  }
});

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function dots({ rows, columns, values, scales }: Int8Rows, vector: readonly number[]): number[] {
  return Array.from({ length: rows }, (_, row) =>
    vector.reduce((sum, value, column) => sum + value * values[row * columns + column]! * scales[row]!, 0),
  );
}
