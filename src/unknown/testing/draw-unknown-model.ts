import { type Int8Rows, quantiseRows } from '../int8-rows.ts';
import type { UnknownModel } from '../unknown-model.ts';

/** Makes an unknown model from formulas, for features of some taps. */
export function drawUnknownModel(classes: number, taps: readonly number[]): UnknownModel {
  const columns = taps.reduce((sum, size) => sum + size, 0);
  const last = taps.at(-1) ?? columns;
  const wave = (rows: number, columns: number, step: number): Int8Rows =>
    quantiseRows(
      Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index * step + step)),
      rows,
      columns,
    );
  const directions = wave(2, columns, 0.9);
  return {
    taps,
    mean: Float32Array.from({ length: columns }, (_, column) => Math.sin(column * 0.7)),
    weights: wave(classes, columns, 1.3),
    bias: Float32Array.from({ length: classes }, (_, label) => Math.sin(label * 2.1)),
    similar: { directions, photos: wave(5, 2, 2.3), offset: 0.8, slope: 0.3 },
    within: { directions: taps.length === 1 ? directions : wave(3, last, 0.4), offset: 0.6, slope: 0.2 },
  };
}
