import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { FeatureMatrix } from '../features/feature-matrix.ts';

/**
 * Checks that all values are finite.
 *
 * @throws RegraftError `FEATURES_INVALID` naming the first value that is not.
 */
export async function checkFinite(
  features: FeatureMatrix,
  part: string,
  signal?: AbortSignal,
): Promise<void> {
  await forEachFiniteChunk(features, part, signal, () => undefined);
}

/**
 * Visits the chunks in order and checks each first.
 *
 * @throws RegraftError `FEATURES_INVALID` naming the first value that is not finite, `CANCELLED`.
 */
export async function forEachFiniteChunk(
  features: FeatureMatrix,
  part: string,
  signal: AbortSignal | undefined,
  visit: (chunk: Float32Array) => void,
): Promise<void> {
  const { rows, columns, chunkRows } = features;
  for (let index = 0; index * chunkRows < rows; index++) {
    throwIfCancelled(signal);
    const chunk = await features.chunk(index);
    const bad = chunk.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const row = index * chunkRows + Math.floor(bad / columns);
      throw new RegraftError(
        'FEATURES_INVALID',
        `Expected finite features, but row ${row}, column ${bad % columns} of the ${part} rows (both counted from 0) is ${chunk[bad] ?? 'missing'}.`,
        {
          hint: 'Compute the features again; if that does not help, the network or the bottleneck file is damaged.',
        },
      );
    }
    visit(chunk);
  }
}
