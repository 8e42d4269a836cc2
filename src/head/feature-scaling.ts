import { RegraftError } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { forEachFiniteChunk } from './finite-chunks.ts';

/** How features are centred and scaled: `(x − mean) / scale`. */
export interface FeatureScaling {
  /** `[columns]` */
  readonly mean: Float64Array;
  /** One number for all columns, as their relative sizes carry meaning. */
  readonly scale: number;
}

/**
 * Measures the mean of each column and the one scale that gives centred rows a mean squared length of 1.
 * Columns that never change come out as zeros.
 *
 * @throws RegraftError `FEATURES_INVALID` naming the first value that is not finite, or when no column varies.
 */
export async function measureFeatures(
  features: FeatureMatrix,
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
  const variance = sums.reduce(
    (total, sum, column) => total + Math.max(0, squares[column]! / rows - (sum / rows) ** 2),
    0,
  );
  if (!(variance > 0)) {
    throw new RegraftError(
      'FEATURES_INVALID',
      `Expected features that differ between photos, but all ${rows} training rows are equal.`,
      {
        hint: 'Check that the photos differ and that the network file is intact.',
      },
    );
  }
  return { mean, scale: Math.sqrt(variance) };
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
      const weight = point[row * columns + column]! / scale;
      weights[row * columns + column] = weight;
      shift += weight * mean[column]!;
    }
    bias[row] = point[classes * columns + row]! - shift;
  }
  return { weights, bias };
}
