/** Inner products of the rows of one tap, `[rows, rows]`. */
export interface Gram {
  readonly values: Float32Array;
  readonly rows: number;
}

/**
 * Gives the inner products of rows as they are when each tap is centred on the mean of the `inside` rows and made unit length, averaged
 * over the taps, from those of the rows as they were.
 *
 * @param grams - Of each tap.
 * @returns One row for each of `of`, one column for each of `inside`.
 */
export function unitKernel(
  grams: readonly Gram[],
  of: readonly number[],
  inside: readonly number[],
): Float64Array {
  const kernel = new Float64Array(of.length * inside.length);
  for (const gram of grams) {
    const centre = centreOf(gram, inside);
    const columnFactors = inside.map((row) => inverseLength(gram, row, centre) / grams.length);
    const columnMeans = inside.map((row) => centre.products[row] ?? 0);
    for (const [index, row] of of.entries()) {
      const factor = inverseLength(gram, row, centre);
      const rowMean = centre.products[row] ?? 0;
      const [from, to] = [row * gram.rows, index * inside.length];
      for (let column = 0; column < inside.length; column++) {
        const product = gram.values[from + inside[column]!]! - rowMean - columnMeans[column]! + centre.square;
        kernel[to + column]! += product * factor * columnFactors[column]!;
      }
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

/** One over the length of a centred row; 0 for one that is the mean but for rounding. */
function inverseLength({ values, rows }: Gram, row: number, { products, square }: Centre): number {
  const own = values[row * rows + row]!;
  const squared = own - 2 * products[row]! + square;
  return squared > 1e-6 * (own + square) ? 1 / Math.sqrt(squared) : 0;
}
