import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { PinnedTensor, SessionPool } from '../runtime/session-pool.ts';
import { canPin } from './can-pin.ts';
import type { LabelledRows } from './head.ts';
import { readRows, type RowReader } from './row-reader.ts';

/** Rows as a run takes them: a table of features and labels, and where in it each row asked for lies. */
export interface RowTable {
  /** `[table rows, columns]` */
  readonly features: Tensor | PinnedTensor;
  /** `[table rows, 1]` */
  readonly labels: Tensor | PinnedTensor;
  /** Index into the table of each row that was asked for. */
  readonly indices: BigInt64Array<ArrayBuffer>;
}

/** Gives tables that hold certain rows. */
export type TakeRows = (rows: Int32Array) => Promise<RowTable>;

/**
 * Gives the rows of a matrix to worker 0 of a pool: all of them kept there where {@link canPin} allows it, else read anew
 * each time. Runs on either see the same values.
 */
export async function openRowSource(pool: SessionPool, part: LabelledRows): Promise<TakeRows> {
  const { features, labels } = part;
  const { rows, columns } = features;
  const reader = readRows(features);
  if (!canPin([part])) {
    return (wanted) => gather(reader, wanted, labels, columns);
  }

  const values = new Float32Array(rows * columns);
  await reader.read(0, rows, values);
  const pinnedFeatures = await pool.pin(floats([rows, columns], values), 0);
  const pinnedLabels = await pool.pin(labelColumn(labels), 0);
  return (wanted) =>
    Promise.resolve({
      features: pinnedFeatures,
      labels: pinnedLabels,
      indices: BigInt64Array.from(wanted, BigInt),
    });
}

async function gather(
  reader: RowReader,
  wanted: Int32Array,
  labels: Int32Array,
  columns: number,
): Promise<RowTable> {
  // In ascending order, so that each chunk is read once.
  const rows = Int32Array.from(new Set(wanted)).sort();
  const values = new Float32Array(rows.length * columns);
  const places = new Map<number, bigint>();
  for (const [place, row] of rows.entries()) {
    await reader.read(row, row + 1, values, place * columns);
    places.set(row, BigInt(place));
  }
  return {
    features: floats([rows.length, columns], values),
    labels: labelColumn(rows.map((row) => labels[row] ?? 0)),
    indices: BigInt64Array.from(wanted, (row) => places.get(row) ?? 0n),
  };
}

function labelColumn(labels: Int32Array): Tensor {
  return { type: 'int64', dims: [labels.length, 1], data: BigInt64Array.from(labels, BigInt) };
}
