/** A dense matrix, row-major. */
export interface Matrix<Values extends Float32Array | Float64Array = Float64Array> {
  readonly rows: number;
  readonly columns: number;
  readonly values: Values;
}

/** Makes a matrix of zeros. */
export function zeroMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/** Copies the rows `firstRow … endRow` and of them the columns `firstColumn … endColumn`. */
export function copyRange(
  matrix: Matrix,
  [firstRow, endRow]: readonly [number, number],
  [firstColumn, endColumn]: readonly [number, number] = [0, matrix.columns],
): Matrix {
  const copy = zeroMatrix(endRow - firstRow, endColumn - firstColumn);
  for (let row = 0; row < copy.rows; row++) {
    const start = (firstRow + row) * matrix.columns;
    copy.values.set(matrix.values.subarray(start + firstColumn, start + endColumn), row * copy.columns);
  }
  return copy;
}
