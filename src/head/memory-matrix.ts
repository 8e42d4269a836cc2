import type { FeatureMatrix } from '../features/feature-matrix.ts';

/** Wraps values `[rows, columns]` that a head has made, such as coordinates; they are one chunk. */
export function memoryMatrix(values: Float32Array, rows: number, columns: number): FeatureMatrix {
  return {
    rows,
    columns,
    chunkRows: Math.max(1, rows),
    inMemory: true,
    chunk: () => Promise.resolve(values),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
