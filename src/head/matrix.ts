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

/** Copies a matrix with rows for columns. */
export function transpose({ rows, columns, values }: Matrix): Matrix {
  const result = zeroMatrix(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result.values[column * rows + row] = values[row * columns + column]!;
    }
  }
  return result;
}
