import { createRandom } from '../head/random.ts';
import { addScaled, dot, length, scale } from '../head/vector.ts';
import type { Subspace } from './fit-scores.ts';
import type { HeldMatrix } from './products.ts';

const mostIterations = 12;
/** The iteration ends when a pass makes the variance that is covered grow by less than this share. */
const leastGain = 1e-6;

/**
 * Finds the directions along which rows vary most, as combinations of the rows, by orthogonal iteration on their kernel (Golub and
 * Van Loan 2013, section 8.2.4).
 *
 * @param kernel inner products of the rows, of unit length, `[rows, rows]`
 * @param wanted how many directions; there are fewer when the rows span fewer
 * @returns Directions of unit length, at right angles to each other, and what the rows have of them.
 */
export async function leadingDirections(kernel: HeldMatrix, wanted: number): Promise<Subspace> {
  const random = createRandom('unknown/directions');
  let basis = orthonormalise(
    Array.from({ length: wanted }, () =>
      Float64Array.from({ length: kernel.size }, () => random.truncatedNormal()),
    ),
  );
  let covered = 0;
  for (let iteration = 0; iteration < mostIterations && basis.length > 0; iteration++) {
    const images = await kernel.times(basis);
    const now = basis.reduce((sum, vector, index) => sum + dot(vector, images[index] ?? vector), 0);
    // Two products for each orthonormalisation, which takes longer than they do.
    basis = orthonormalise(await kernel.times(images));
    if (now - covered <= leastGain * now) break;
    covered = now;
  }
  if (basis.length > 0) return unitDirections(basis, await kernel.times(basis));
  // Of rows that do not vary: a direction of which nothing has a share stands for those that there are not.
  const nothing = new Float64Array(kernel.size);
  return { directions: [nothing], shares: [nothing] };
}

/** Gram and Schmidt's process; vectors that the others span are left out. */
function orthonormalise(vectors: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const vector of vectors) {
    const before = length(vector);
    for (const other of kept) addScaled(vector, other, -dot(vector, other));
    const after = length(vector);
    if (after <= 1e-9 * before || after === 0) continue;
    scale(vector, 1 / after);
    kept.push(vector);
  }
  return kept;
}

/** The same process in the inner product that the kernel makes, in which the combinations of rows are measured. */
function unitDirections(basis: readonly Float64Array[], images: readonly Float64Array[]): Subspace {
  const kept: { vector: Float64Array; image: Float64Array }[] = [];
  const largest = basis.reduce(
    (most, vector, index) => Math.max(most, dot(vector, images[index] ?? vector)),
    0,
  );
  for (const [index, vector] of basis.entries()) {
    const image = images[index];
    if (image === undefined) continue;
    // Twice, as rounding leaves a trace of the others after the first pass.
    for (const other of [...kept, ...kept]) {
      const share = dot(vector, other.image);
      addScaled(vector, other.vector, -share);
      addScaled(image, other.image, -share);
    }
    const square = dot(vector, image);
    if (square <= 1e-9 * largest) continue;
    scale(vector, 1 / Math.sqrt(square));
    scale(image, 1 / Math.sqrt(square));
    kept.push({ vector, image });
  }
  return { directions: kept.map(({ vector }) => vector), shares: kept.map(({ image }) => image) };
}
