import type { Rest } from './rest.ts';

/**
 * Solves `(kernel + ridge · I) · x = targets` for a symmetric, positive semi-definite kernel by Cholesky's decomposition, in float64.
 *
 * @param kernel `[size, size]`; it is overwritten
 * @param targets `[size, columns]` row-major
 * @returns `[size, columns]`
 */
export async function solveRidge(
  kernel: Float64Array,
  ridge: number,
  targets: Float64Array,
  rest: Rest,
): Promise<Float64Array> {
  const size = Math.round(Math.sqrt(kernel.length));
  const columns = targets.length / size;
  for (let row = 0; row < size; row++) {
    kernel[row * size + row]! += ridge;
    for (let column = 0; column < row; column++) {
      const sum = kernel[row * size + column]! - innerProduct(kernel, row * size, column * size, column);
      kernel[row * size + column] = sum / kernel[column * size + column]!;
    }
    const pivot = kernel[row * size + row]! - innerProduct(kernel, row * size, row * size, row);
    kernel[row * size + row] = Math.sqrt(pivot);
    await rest();
  }

  const solution = targets.slice();
  for (let row = 0; row < size; row++) {
    for (let earlier = 0; earlier < row; earlier++) {
      subtract(solution, columns, row, earlier, kernel[row * size + earlier]!);
    }
    divide(solution, columns, row, kernel[row * size + row]!);
    await rest();
  }
  for (let row = size - 1; row >= 0; row--) {
    divide(solution, columns, row, kernel[row * size + row]!);
    for (let earlier = 0; earlier < row; earlier++) {
      subtract(solution, columns, earlier, row, kernel[row * size + earlier]!);
    }
    await rest();
  }
  return solution;
}

/** Inner product of `count` values from `a` and from `b` on. */
function innerProduct(values: Float64Array, a: number, b: number, count: number): number {
  // Four sums, as one alone waits for each addition before it starts the next.
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  const even = count - (count % 4);
  for (let i = 0; i < even; i += 4) {
    sum0 += values[a + i]! * values[b + i]!;
    sum1 += values[a + i + 1]! * values[b + i + 1]!;
    sum2 += values[a + i + 2]! * values[b + i + 2]!;
    sum3 += values[a + i + 3]! * values[b + i + 3]!;
  }
  for (let i = even; i < count; i++) sum0 += values[a + i]! * values[b + i]!;
  return sum0 + sum1 + (sum2 + sum3);
}

function subtract(values: Float64Array, columns: number, from: number, row: number, factor: number): void {
  for (let column = 0; column < columns; column++) {
    values[from * columns + column]! -= factor * values[row * columns + column]!;
  }
}

function divide(values: Float64Array, columns: number, row: number, divisor: number): void {
  for (let column = 0; column < columns; column++) values[row * columns + column]! /= divisor;
}
