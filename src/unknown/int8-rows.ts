/** A matrix in a quarter of its bytes: `values · scales[row]`, symmetric around 0. */
export interface Int8Rows {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` row-major, −127 … 127. */
  readonly values: Int8Array;
  /** `[rows]` */
  readonly scales: Float32Array;
}

/** Rounds each row of a matrix `[rows, columns]` to 255 steps of its own. */
export function quantiseRows(matrix: Float32Array, rows: number, columns: number): Int8Rows {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows).fill(1);
  for (let row = 0; row < rows; row++) {
    const own = matrix.subarray(row * columns, (row + 1) * columns);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A row of zeros keeps the scale 1, as ONNX takes no scale of 0.
    if (largest === 0) continue;
    scales[row] = largest / 127;
    values.set(
      own.map((value) => Math.round(value / scales[row]!)),
      row * columns,
    );
  }
  return { rows, columns, values, scales };
}
