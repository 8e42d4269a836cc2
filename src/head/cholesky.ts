import { copyRange, type Matrix, transpose, zeroMatrix } from './matrix.ts';
import type { MatrixProducts } from './matrix-products.ts';

// Columns that loops factor, and all rows then take up by one product.
const panelColumns = 256;

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
    if (start > 0) {
      const left = copyRange(matrix, [start, end], [0, start]);
      subtract(matrix, await products.timesTransposed(left, left), start, start);
    }
    factorDiagonal(matrix, start, end);
    await solvePanel(matrix, matrix, [end, rows], [start, end], products);
  }
}

/** Solves `X · Lᵀ = B` for the rows of X, in place of B `[rows, n]`; L `[≥ n, n]` as {@link factorise} leaves it. */
export async function solveRows(factor: Matrix, right: Matrix, products: MatrixProducts): Promise<void> {
  const { columns } = factor;
  for (let start = 0; start < columns; start += panelColumns) {
    const end = Math.min(columns, start + panelColumns);
    await solvePanel(factor, right, [0, right.rows], [start, end], products);
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

/**
 * Solves a panel of columns of X, whose earlier columns are solved, in place of B: with the panel's rows `[E D]` of L, D its diagonal
 * block, `X_panel = (B_panel − X_earlier · Eᵀ) · D⁻ᵀ`, which is one product, `[X_earlier B_panel] · [−D⁻¹ E  D⁻¹]ᵀ`.
 */
async function solvePanel(
  factor: Matrix,
  target: Matrix,
  rows: Range,
  [start, end]: Range,
  products: MatrixProducts,
): Promise<void> {
  if (rows[0] === rows[1]) return;
  const inverse = invertDiagonal(factor, start, end);
  const solver = zeroMatrix(end - start, end);
  if (start > 0) {
    const earlier = transpose(copyRange(factor, [start, end], [0, start]));
    subtract(solver, await products.timesTransposed(inverse, earlier), 0, 0);
  }
  place(solver, inverse, 0, start);
  place(target, await products.timesTransposed(copyRange(target, rows, [0, end]), solver), rows[0], start);
}

/** Inverts a diagonal block of L, which is lower triangular, row by row. */
function invertDiagonal({ values, columns }: Matrix, start: number, end: number): Matrix {
  const inverse = zeroMatrix(end - start, end - start);
  const size = inverse.columns;
  for (let row = 0; row < size; row++) {
    const own = (start + row) * columns + start;
    const divisor = values[own + row]!;
    const target = row * size;
    for (let k = 0; k < row; k++) {
      const factor = values[own + k]!;
      for (let column = 0; column <= k; column++) {
        inverse.values[target + column]! -= factor * inverse.values[k * size + column]!;
      }
    }
    inverse.values[target + row] = 1;
    for (let column = 0; column <= row; column++) inverse.values[target + column]! /= divisor;
  }
  return inverse;
}

function place(target: Matrix, part: Matrix, firstRow: number, firstColumn: number): void {
  for (let row = 0; row < part.rows; row++) {
    target.values.set(
      part.values.subarray(row * part.columns, (row + 1) * part.columns),
      (firstRow + row) * target.columns + firstColumn,
    );
  }
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
