import type { FeatureMatrix } from '../features/feature-matrix.ts';
import type { LabelledFeatures, LabelledRows } from './head.ts';

/** Columns `first … end` of a matrix. */
interface Span {
  readonly first: number;
  readonly end: number;
}

/**
 * Gives the columns of some taps: the rows of a part and those to learn from. A matrix in memory is copied, another one is read anew for each chunk;
 * the one that was given stays whole and is disposed of by its owner.
 *
 * @param sizes - Columns of each tap of the matrix.
 * @param taps - Indices of the taps to keep, ascending; absent: all.
 */
export async function pickTaps<Part extends LabelledFeatures>(
  part: Part,
  sizes: readonly number[],
  taps: readonly number[] | undefined,
): Promise<Part> {
  if (taps === undefined || taps.length === sizes.length) return part;
  const spans = spansOf(sizes, taps);
  const pick = async <Rows extends LabelledRows>(rows: Rows): Promise<Rows> => ({
    ...rows,
    features: await pickColumns(rows.features, spans),
  });
  return { ...(await pick(part)), ...(part.learn === undefined ? {} : { learn: await pick(part.learn) }) };
}

function spansOf(sizes: readonly number[], taps: readonly number[]): Span[] {
  const ends: number[] = [];
  for (const size of sizes) ends.push((ends.at(-1) ?? 0) + size);
  return taps.map((tap) => ({ first: (ends[tap] ?? 0) - (sizes[tap] ?? 0), end: ends[tap] ?? 0 }));
}

/** Nothing of its own is to be freed. */
const none = (): Promise<void> => Promise.resolve();

async function pickColumns(features: FeatureMatrix, spans: readonly Span[]): Promise<FeatureMatrix> {
  const { rows, chunkRows, inMemory } = features;
  const columns = spans.reduce((sum, { first, end }) => sum + end - first, 0);
  const chunk = async (index: number): Promise<Float32Array> => {
    const values = await features.chunk(index);
    const picked = new Float32Array((values.length / features.columns) * columns);
    let target = 0;
    for (let offset = 0; offset < values.length; offset += features.columns) {
      for (const { first, end } of spans) {
        picked.set(values.subarray(offset + first, offset + end), target);
        target += end - first;
      }
    }
    return picked;
  };
  if (!inMemory) {
    return { rows, columns, chunkRows, inMemory, chunk, [Symbol.asyncDispose]: none };
  }
  const whole = new Float32Array(rows * columns);
  for (let index = 0; index * chunkRows < rows; index++) {
    whole.set(await chunk(index), index * chunkRows * columns);
  }
  return {
    rows,
    columns,
    chunkRows: Math.max(1, rows),
    inMemory,
    chunk: () => Promise.resolve(whole),
    [Symbol.asyncDispose]: none,
  };
}
