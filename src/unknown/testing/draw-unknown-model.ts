import { quantiseRows } from '../int8-rows.ts';
import type { UnknownModel } from '../unknown-model.ts';

/** Makes an unknown model from formulas, for features of some taps. */
export function drawUnknownModel(classes: number, taps: readonly number[]): UnknownModel {
  const columns = taps.reduce((sum, size) => sum + size, 0);
  const last = taps.at(-1) ?? columns;
  const wave = (length: number, step: number): Float64Array =>
    Float64Array.from({ length }, (_, index) => Math.sin(index * step + step));
  return {
    mean: Float32Array.from(wave(columns, 0.7)),
    inverseScale: Float32Array.from({ length: columns }, (_, column) => (column < columns - last ? 0.5 : 2)),
    weights: quantiseRows(wave(classes * columns, 1.3), classes, columns),
    bias: Float32Array.from(wave(classes, 2.1)),
    directions: quantiseRows(wave(2 * last, 0.9), 2, last),
    offset: 0.8,
    slope: 0.3,
  };
}
