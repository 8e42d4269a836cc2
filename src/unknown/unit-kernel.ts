/** Inner products of rows, `[rows, rows]`, as {@link unitKernel} takes them. */
export interface Gram {
  readonly values: Float32Array;
  readonly rows: number;
}

/**
 * Gives the inner products of rows as they are when centred on the mean of the `inside` rows and made unit length, from those of the
 * rows as they were.
 *
 * @returns One row for each of `of`, one column for each of `inside`.
 */
export function unitKernel(gram: Gram, of: readonly number[], inside: readonly number[]): Float64Array {
  const centre = centreOf(gram, inside);
  const columnLengths = inside.map((row) => centredLength(gram, row, centre));
  const columnMeans = inside.map((row) => centre.products[row] ?? 0);
  const kernel = new Float64Array(of.length * inside.length);
  for (const [index, row] of of.entries()) {
    const length = centredLength(gram, row, centre);
    const rowMean = centre.products[row] ?? 0;
    const [from, to] = [row * gram.rows, index * inside.length];
    for (let column = 0; column < inside.length; column++) {
      const product = gram.values[from + inside[column]!]! - rowMean - columnMeans[column]! + centre.square;
      const lengths = length * columnLengths[column]!;
      kernel[to + column] = lengths > 0 ? product / lengths : 0;
    }
  }
  return kernel;
}

interface Centre {
  /** Inner product of each row with the mean, `[rows]`. */
  readonly products: Float64Array;
  /** Squared length of the mean. */
  readonly square: number;
}

function centreOf({ values, rows }: Gram, inside: readonly number[]): Centre {
  const products = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let index = 0; index < inside.length; index++) sum += values[row * rows + inside[index]!]!;
    products[row] = sum / inside.length;
  }
  const square = inside.reduce((sum, row) => sum + products[row]!, 0) / inside.length;
  return { products, square };
}

/** 0 for a row that is the mean but for rounding. */
function centredLength({ values, rows }: Gram, row: number, { products, square }: Centre): number {
  const own = values[row * rows + row]!;
  const squared = own - 2 * products[row]! + square;
  return squared > 1e-6 * (own + square) ? Math.sqrt(squared) : 0;
}
