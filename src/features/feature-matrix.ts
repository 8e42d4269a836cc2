/**
 * A matrix of features, one row a photo, read in chunks so that it may be larger than memory.
 * Rows are float32, row-major.
 */
export interface FeatureMatrix extends AsyncDisposable {
  readonly rows: number;
  readonly columns: number;
  /** Rows of every chunk but the last, which may be shorter. */
  readonly chunkRows: number;
  /** True when the chunks lie in memory, so that callers may keep them too. */
  readonly inMemory: boolean;
  /** Rows `index * chunkRows …` as `[rows, columns]`; callers must not write into it. */
  chunk(index: number): Promise<Float32Array>;
}

/** Wraps a matrix that is in memory already, `[rows, columns]` row-major. */
export function matrixFromArray(
  values: Float32Array,
  rows: number,
  columns: number,
  chunkRows = 4096,
): FeatureMatrix {
  return {
    rows,
    columns,
    chunkRows,
    inMemory: true,
    chunk: (index) =>
      Promise.resolve(
        values.subarray(index * chunkRows * columns, Math.min(rows, (index + 1) * chunkRows) * columns),
      ),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
