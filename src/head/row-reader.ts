import type { FeatureMatrix } from '../features/feature-matrix.ts';

/** Reads any range of rows of a matrix, whatever its chunks. */
export interface RowReader {
  readonly rows: number;
  /** Copies rows `start … end` into `target` from `targetOffset` (in values) on. */
  read(start: number, end: number, target: Float32Array, targetOffset?: number): Promise<void>;
}

/** Opens a reader that keeps the last chunk, so that reading in order reads each chunk once. */
export function readRows(features: FeatureMatrix): RowReader {
  const { rows, columns, chunkRows } = features;
  let held = -1;
  let chunk: Float32Array = new Float32Array(0);
  return {
    rows,
    async read(start, end, target, targetOffset = 0) {
      for (let row = start; row < end;) {
        const index = Math.floor(row / chunkRows);
        if (index !== held) {
          chunk = await features.chunk(index);
          held = index;
        }
        const stop = Math.min(end, (index + 1) * chunkRows);
        const first = (row - index * chunkRows) * columns;
        target.set(
          chunk.subarray(first, first + (stop - row) * columns),
          targetOffset + (row - start) * columns,
        );
        row = stop;
      }
    },
  };
}
