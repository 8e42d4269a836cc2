import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { readRows } from '../head/row-reader.ts';

/** Copies rows of matrices of equal columns, which count one after the other, into one matrix in memory, `[rows, columns]`. */
export async function readJoinedRows(
  matrices: readonly FeatureMatrix[],
  rows: readonly number[],
): Promise<Float32Array> {
  const columns = matrices[0]?.columns ?? 0;
  const readers = matrices.map(readRows);
  const values = new Float32Array(rows.length * columns);
  for (const [index, row] of rows.entries()) {
    let within = row;
    for (const reader of readers) {
      if (within >= 0 && within < reader.rows) {
        await reader.read(within, within + 1, values, index * columns);
      }
      within -= reader.rows;
    }
  }
  return values;
}
