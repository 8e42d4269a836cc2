import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawUnknownModel } from './testing/draw-unknown-model.ts';
import { matrixFromArray } from '../features/feature-matrix.ts';
import { combineRows } from './combine-rows.ts';
import { crossFit, fitOn, type FitSetting } from './cross-fit.ts';
import { openProducts } from './products.ts';
import type { Int8Rows } from './int8-rows.ts';
import { makeRest } from './rest.ts';
import { scoreUnknown } from './score-unknown.ts';
import { measureSpread, standardise } from './spread.ts';
import type { Gram } from './unit-kernel.ts';

interface Case {
  columns: number;
  taps: number[];
  directions: [number, number];
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
    const mean = Float64Array.from({ length: columns }, (_, column) => {
      const own = values.filter((_, index) => index % columns === column);
      return own.reduce((sum, value) => sum + value, 0) / rows;
    });
    const starts = taps.map((_, tap) => taps.slice(0, tap).reduce((sum, size) => sum + size, 0));
    const centred = values.map((value, index) => value - mean[index % columns]!);
    const units = Array.from({ length: rows }, (_, row) =>
      taps.flatMap((size, tap) => {
        const first = row * columns + starts[tap]!;
        return unit(centred.slice(first, first + size));
      }),
    );
    await using products = await openProducts(undefined);
    const grams: Gram[] = [];
    for (const [tap, size] of taps.entries()) {
      const own = values.filter((_, index) => {
        const column = (index % columns) - starts[tap]!;
        return column >= 0 && column < size;
      });
      grams.push({ values: await products.gram(Float32Array.from(own), rows), rows });
    }
    const setting: FitSetting = {
      grams,
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
    for (const [index, score] of scores.entries()) {
      expect(Math.abs(found[index]! - score)).toBeLessThan(0.002);
    }

    const fit = await fitOn(setting, [...labels.keys()]);
    const model = await combineRows({
      ...setting,
      values: Float32Array.from(units.flat()),
      taps,
      mean,
      fit,
      spread,
    });
    const unknown = await scoreUnknown(
      matrixFromArray(Float32Array.from(others), otherScores.length, columns),
      model,
    );
    // The weights are rounded to 255 steps of their largest.
    for (const [index, score] of otherScores.entries()) {
      expect(Math.abs(unknown[index]! - score)).toBeLessThan(0.05);
    }
  },
);

it('scores by the formula that the model states, taps joined or one alone', async () => {
  for (const taps of [[5, 8], [9]]) {
    const model = drawUnknownModel(3, taps);
    const columns = model.mean.length;
    const rows = Array.from({ length: 40 }, (_, row) =>
      Array.from({ length: columns }, (_, column) => Math.fround(2 * Math.sin(row * 2.3 + column * 1.1))),
    );
    const matrix = matrixFromArray(Float32Array.from(rows.flat()), rows.length, columns);
    const scores = await scoreUnknown(matrix, model);
    const expected = rows.map((row) => {
      let first = 0;
      const units = taps.map((size) => {
        const own = row.slice(first, first + size).map((value, index) => value - model.mean[first + index]!);
        first += size;
        return unit(own);
      });
      const nearest = dots(model.weights, units.flat()).map((product, label) => model.bias[label]! - product);
      const { similar, within } = model;
      const similarity = Math.max(...dots(similar.photos, dots(similar.directions, units.flat())));
      const inside = dots(within.directions, units.at(-1) ?? []).reduce((sum, value) => sum + value ** 2, 0);
      const outside = Math.max(0, within.offset - within.slope * inside);
      return Math.min(...nearest) + similar.offset - similar.slope * similarity + outside;
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
