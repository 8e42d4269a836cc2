import { describe, expect, it } from 'vitest';
import { factorise, solveRows, solveRowsBack } from './cholesky.ts';
import { copyRange, type Matrix, zeroMatrix } from './matrix.ts';
import { openProducts } from './matrix-products.ts';
import { createRandom } from './random.ts';

function draw(rows: number, columns: number, name: string): Matrix {
  const random = createRandom(name);
  return {
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, () => random.truncatedNormal()),
  };
}

/** `a · bᵀ` by plain loops. */
function product(a: Matrix, b: Matrix): Matrix {
  const result = zeroMatrix(a.rows, b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += a.values[i * a.columns + k]! * b.values[j * b.columns + k]!;
      result.values[i * b.rows + j] = sum;
    }
  }
  return result;
}

function positiveDefinite(size: number): Matrix {
  const root = draw(size, size + 5, `root ${size}`);
  return product(root, root);
}

function largestDifference(a: Matrix, b: Matrix): number {
  return a.values.reduce((most, value, index) => Math.max(most, Math.abs(value - b.values[index]!)), 0);
}

// 300 columns span three panels; 5 and 128 are one, not full and full.
describe.each([1, 5, 128, 300])('a Cholesky factor of %i columns', (size) => {
  it('times its transpose gives the matrix, and has nothing above its diagonal', async () => {
    await using products = await openProducts();
    const matrix = positiveDefinite(size);
    const factor = copyRange(matrix, [0, size]);
    await factorise(factor, products);
    expect(largestDifference(product(factor, factor), matrix)).toBeLessThan(1e-10 * size);
    for (let row = 0; row < size; row++) {
      expect(
        factor.values.subarray(row * size + row + 1, (row + 1) * size).every((value) => value === 0),
      ).toBe(true);
    }
  });

  it('turns the rows below the square into coordinates whose products with its rows are theirs', async () => {
    await using products = await openProducts();
    const square = positiveDefinite(size);
    const below = draw(7, size, 'below');
    const whole = {
      rows: size + 7,
      columns: size,
      values: Float64Array.of(...square.values, ...below.values),
    };
    await factorise(whole, products);
    const coordinates = copyRange(whole, [size, size + 7]);
    expect(largestDifference(product(coordinates, copyRange(whole, [0, size])), below)).toBeLessThan(1e-8);

    await solveRows(whole, below, products);
    expect(largestDifference(below, coordinates)).toBeLessThan(1e-8);
  });

  it('solves the system there and back', async () => {
    await using products = await openProducts();
    const matrix = positiveDefinite(size);
    const factor = copyRange(matrix, [0, size]);
    await factorise(factor, products);
    const right = draw(3, size, 'right');
    const solved = copyRange(right, [0, 3]);
    await solveRows(factor, solved, products);
    await solveRowsBack(factor, solved, products);
    expect(largestDifference(product(solved, matrix), right)).toBeLessThan(1e-7);
  });
});

describe('factorise', () => {
  it('refuses a matrix that is not positive definite and names the pivot', async () => {
    await using products = await openProducts();
    const matrix = { rows: 2, columns: 2, values: Float64Array.of(1, 2, 2, 1) };
    await expect(factorise(matrix, products)).rejects.toThrow(/pivot 1 is -3/);
  });
});
