import type { FeatureMatrix } from '../features/feature-matrix.ts';
import type { LabelledRows } from './head.ts';
import { readRows } from './row-reader.ts';

const chunkRows = 1024;

/**
 * Some rows of several parts as a matrix, read when they are asked for.
 *
 * @param rows - Ascending, counted over all parts.
 */
export function selectRows(
  parts: readonly Pick<LabelledRows, 'features'>[],
  rows: ArrayLike<number>,
): FeatureMatrix {
  const readers = parts.map(({ features }) => readRows(features));
  const columns = parts[0]?.features.columns ?? 0;
  return {
    rows: rows.length,
    columns,
    chunkRows,
    inMemory: false,
    async chunk(index) {
      const first = index * chunkRows;
      const count = Math.min(rows.length - first, chunkRows);
      const values = new Float32Array(count * columns);
      for (let position = 0; position < count; position++) {
        let row = rows[first + position] ?? 0;
        for (const reader of readers) {
          if (row < reader.rows) {
            await reader.read(row, row + 1, values, position * columns);
            break;
          }
          row -= reader.rows;
        }
      }
      return values;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
