import { copyRange, type Matrix, transpose } from './matrix.ts';
import type { MatrixProducts } from './matrix-products.ts';

// Columns that are eliminated by loops before the rest is brought up to date by one product.
const panelColumns = 128;

/**
 * Factors a symmetric positive definite matrix in place into `L · Lᵀ`, L lower triangular, by Cholesky's method, panel by panel
 * (Golub & Van Loan, Matrix Computations, 4th edition, section 4.2). Rows below the square, `B`, become `B · L⁻ᵀ`.
 *
 * @param matrix - `[rows, columns]` with rows ≥ columns; only the lower triangle of its square is read, the upper one is cleared.
 * @throws RangeError when the square is not positive definite.
 */
export async function factorise(matrix: Matrix, products: MatrixProducts): Promise<void> {
  const { rows, columns } = matrix;
  for (let start = 0; start < columns; start += panelColumns) {
    const end = Math.min(columns, start + panelColumns);
    await subtractEarlier(matrix, matrix, [start, rows], [start, end], products);
    factorDiagonal(matrix, start, end);
    divideRows(matrix, matrix, [end, rows], [start, end]);
  }
}

/** Solves `X · Lᵀ = B` for the rows of X, in place of B `[rows, n]`; L `[≥ n, n]` as {@link factorise} leaves it. */
export async function solveRows(factor: Matrix, right: Matrix, products: MatrixProducts): Promise<void> {
  const { columns } = factor;
  for (let start = 0; start < columns; start += panelColumns) {
    const end = Math.min(columns, start + panelColumns);
    await subtractEarlier(factor, right, [0, right.rows], [start, end], products);
    divideRows(factor, right, [0, right.rows], [start, end]);
  }
}

/** Solves `X · L = B` for the rows of X, in place of B `[rows, n]`. */
export async function solveRowsBack(factor: Matrix, right: Matrix, products: MatrixProducts): Promise<void> {
  const { columns } = factor;
  const panels = Math.ceil(columns / panelColumns);
  for (let panel = panels - 1; panel >= 0; panel--) {
    const start = panel * panelColumns;
    const end = Math.min(columns, start + panelColumns);
    if (end < columns) {
      const below = transpose(copyRange(factor, [end, columns], [start, end]));
      const solved = copyRange(right, [0, right.rows], [end, columns]);
      subtract(right, await products.timesTransposed(solved, below), 0, start);
    }
    divideRowsBack(factor, right, [start, end]);
  }
}

type Range = readonly [first: number, end: number];

/** Takes what the columns before a panel explain off the panel: `target −= target[:, :start] · factor[panel, :start]ᵀ`. */
async function subtractEarlier(
  factor: Matrix,
  target: Matrix,
  rows: Range,
  [start, end]: Range,
  products: MatrixProducts,
): Promise<void> {
  if (start === 0 || rows[0] === rows[1]) return;
  const left = copyRange(target, rows, [0, start]);
  const above = copyRange(factor, [start, end], [0, start]);
  subtract(target, await products.timesTransposed(left, above), rows[0], start);
}

function subtract(target: Matrix, part: Matrix, firstRow: number, firstColumn: number): void {
  for (let row = 0; row < part.rows; row++) {
    const to = (firstRow + row) * target.columns + firstColumn;
    for (let column = 0; column < part.columns; column++) {
      target.values[to + column]! -= part.values[row * part.columns + column]!;
    }
  }
}

function factorDiagonal({ values, columns }: Matrix, start: number, end: number): void {
  for (let row = start; row < end; row++) {
    const own = row * columns;
    for (let column = start; column <= row; column++) {
      const other = column * columns;
      let sum = values[own + column]!;
      for (let k = start; k < column; k++) sum -= values[own + k]! * values[other + k]!;
      if (row > column) {
        values[own + column] = sum / values[other + column]!;
      } else if (sum > 0) {
        values[own + row] = Math.sqrt(sum);
      } else {
        throw new RangeError(`Expected a positive definite matrix, but pivot ${row} is ${sum}`);
      }
    }
    values.fill(0, own + row + 1, own + columns);
  }
}

function divideRows(factor: Matrix, target: Matrix, rows: Range, [start, end]: Range): void {
  const { values } = target;
  for (let row = rows[0]; row < rows[1]; row++) {
    const own = row * target.columns;
    for (let column = start; column < end; column++) {
      const other = column * factor.columns;
      let sum = values[own + column]!;
      for (let k = start; k < column; k++) sum -= values[own + k]! * factor.values[other + k]!;
      values[own + column] = sum / factor.values[other + column]!;
    }
  }
}

function divideRowsBack(factor: Matrix, { values, rows, columns }: Matrix, [start, end]: Range): void {
  for (let row = 0; row < rows; row++) {
    const own = row * columns;
    for (let column = end - 1; column >= start; column--) {
      const value = values[own + column]! / factor.values[column * factor.columns + column]!;
      values[own + column] = value;
      const other = column * factor.columns;
      for (let k = start; k < column; k++) values[own + k]! -= value * factor.values[other + k]!;
    }
  }
}
