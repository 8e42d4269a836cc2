import { RegraftError } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { forEachFiniteChunk } from './finite-chunks.ts';

/** How features are centred and scaled: `(x − mean) / scale`. */
export interface FeatureScaling {
  /** `[columns]` */
  readonly mean: Float64Array;
  /** `[columns]`; one number for all columns of a tap, as their relative sizes carry meaning. */
  readonly scale: Float64Array;
}

/**
 * Measures the mean of each column and the scales that give centred rows a mean squared length of 1, to which every tap gives the
 * same share. Columns that never change come out as zeros.
 *
 * @param taps - Columns of each tap; absent: all columns are of one.
 * @throws RegraftError `FEATURES_INVALID` naming the first value that is not finite, or when no column varies.
 */
export async function measureFeatures(
  features: FeatureMatrix,
  taps: readonly number[] = [features.columns],
  signal?: AbortSignal,
): Promise<FeatureScaling> {
  const { rows, columns } = features;
  // Sums of differences from the first row: exact zeros for constant columns, and no cancellation for large offsets.
  let origin: Float32Array | undefined;
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  await forEachFiniteChunk(features, 'training', signal, (chunk) => {
    origin ??= chunk.slice(0, columns);
    for (let offset = 0; offset < chunk.length; offset += columns) {
      for (let column = 0; column < columns; column++) {
        const difference = chunk[offset + column]! - origin[column]!;
        sums[column]! += difference;
        squares[column]! += difference * difference;
      }
    }
  });
  const mean = sums.map((sum, column) => (origin?.[column] ?? 0) + sum / rows);
  const variance = sums.map((sum, column) => Math.max(0, squares[column]! / rows - (sum / rows) ** 2));
  if (!variance.some((value) => value > 0)) {
    throw new RegraftError(
      'FEATURES_INVALID',
      `Expected features that differ between photos, but all ${rows} training rows are equal.`,
      {
        hint: 'Check that the photos differ and that the network file is intact.',
      },
    );
  }
  return { mean, scale: scaleTaps(variance, taps) };
}

function scaleTaps(variance: Float64Array, taps: readonly number[]): Float64Array {
  const scale = new Float64Array(variance.length);
  let first = 0;
  for (const size of taps) {
    const total = variance.subarray(first, first + size).reduce((sum, value) => sum + value, 0);
    // A tap that never changes: its columns are zeros once centred, whatever the scale.
    scale.fill(total > 0 ? Math.sqrt(total * taps.length) : 1, first, first + size);
    first += size;
  }
  return scale;
}

/** Folds the scaling into weights and bias: `(x − mean) / scale · v + c = x · (v / scale) + (c − mean · v / scale)`. */
export function foldScaling(
  point: Float64Array,
  classes: number,
  { mean, scale }: FeatureScaling,
): { weights: Float32Array; bias: Float32Array } {
  const columns = mean.length;
  const weights = new Float32Array(classes * columns);
  const bias = new Float32Array(classes);
  for (let row = 0; row < classes; row++) {
    let shift = 0;
    for (let column = 0; column < columns; column++) {
      const weight = point[row * columns + column]! / scale[column]!;
      weights[row * columns + column] = weight;
      shift += weight * mean[column]!;
    }
    bias[row] = point[classes * columns + row]! - shift;
  }
  return { weights, bias };
}

/** Tells the scale of each tap, for the record of a run. */
export function describeScale(
  { scale }: FeatureScaling,
  taps: readonly number[] = [scale.length],
): number | string {
  let first = 0;
  const scales = taps.map((size) => {
    const own = scale[first] ?? 1;
    first += size;
    return own;
  });
  return scales.length === 1 ? (scales[0] ?? 1) : scales.map((value) => value.toPrecision(4)).join(', ');
}
