import { RegraftError } from '../errors.ts';
import { type FeatureMatrix, matrixFromArray } from './feature-matrix.ts';
import { createMatrixFile } from './matrix-file.ts';
import type { SegmentTap } from './segment.ts';
import { type FeatureStore, goneHint, type RowLocation } from './store.ts';

/** How features are gathered. */
export interface GatherOptions {
  /** What becomes of a photo's views: a row each, one below the other, or one row, their mean. @default 'rows' */
  readonly views?: 'rows' | 'mean';
  /** Matrices above this many bytes are read from a temporary file instead of memory. @default 512 MiB */
  readonly limitBytes?: number;
}

const memoryLimitBytes = 512 * 2 ** 20;
const chunkRows = 4096;

/**
 * Reads the features of photos in one or several views as one matrix: photos in the given order, the values of the taps side by side.
 * A large matrix lies in a temporary file under `temporaryFolder` that is deleted when the matrix is disposed of.
 *
 * @param stores - One for each view.
 * @throws RegraftError `FEATURES_INVALID` when a photo is not in a store, `OUT_OF_DISK` or `NOT_WRITABLE` for the file.
 */
export async function gatherFeatures(
  stores: readonly FeatureStore[],
  photos: readonly string[],
  taps: readonly SegmentTap[],
  temporaryFolder: string,
  { views = 'rows', limitBytes = memoryLimitBytes }: GatherOptions = {},
): Promise<FeatureMatrix> {
  const columns = taps.reduce((sum, { size }) => sum + size, 0);
  const rows = photos.length * (views === 'rows' ? stores.length : 1);
  const source = { stores, photos, taps, views };
  if (rows * columns * 4 > limitBytes) {
    return gatherInFile(source, { rows, columns, chunkRows }, temporaryFolder);
  }
  const values = new Float32Array(rows * columns);
  for await (const { values: own, target, summand } of readRows(source, columns)) {
    addView(values.subarray(target * columns, (target + 1) * columns), own, summand);
  }
  return matrixFromArray(values, rows, columns, chunkRows);
}

/** What is gathered. */
interface Source {
  readonly stores: readonly FeatureStore[];
  readonly photos: readonly string[];
  readonly taps: readonly SegmentTap[];
  readonly views: 'rows' | 'mean';
}

/** The features of one photo in one view. */
interface ViewRow {
  /** `[columns]`; overwritten by the next row. */
  readonly values: Float32Array;
  /** Row of the matrix. */
  readonly target: number;
  /** Which of how many rows it is that make that of the matrix. */
  readonly summand: Summand;
}

interface Summand {
  readonly index: number;
  readonly count: number;
}

async function* readRows({ stores, photos, taps, views }: Source, columns: number): AsyncGenerator<ViewRow> {
  const values = new Float32Array(columns);
  for (const [index, store] of stores.entries()) {
    const summand = views === 'mean' ? { index, count: stores.length } : { index: 0, count: 1 };
    for (const [segment, places] of groupBySegment(photos, await store.locate(photos))) {
      const read = await store.read(segment, taps);
      for (const { row, photo } of places) {
        copyRow(read.values, taps, row, values);
        yield { values, target: views === 'mean' ? photo : photo * stores.length + index, summand };
      }
    }
  }
}

interface Place {
  readonly row: number;
  /** Its place among the photos. */
  readonly photo: number;
}

function groupBySegment(
  photos: readonly string[],
  located: ReadonlyMap<string, RowLocation>,
): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  photos.forEach((sha256, photo) => {
    const location = located.get(sha256);
    if (location === undefined) {
      const message = `The features of the photo with SHA-256 ${sha256} are not in the store.`;
      throw new RegraftError('FEATURES_INVALID', message, { hint: goneHint });
    }
    const places = groups.get(location.segment) ?? [];
    places.push({ row: location.row, photo });
    groups.set(location.segment, places);
  });
  return groups;
}

function copyRow(
  values: readonly Float32Array[],
  taps: readonly SegmentTap[],
  row: number,
  to: Float32Array,
): void {
  let column = 0;
  taps.forEach(({ size }, tap) => {
    to.set(values[tap]?.subarray(row * size, (row + 1) * size) ?? [], column);
    column += size;
  });
}

/** Adds a view's values to the sum of those before it; the last ones make it the mean. */
function addView(sum: Float32Array, values: Float32Array, { index, count }: Summand): void {
  if (count === 1) {
    sum.set(values);
    return;
  }
  for (let column = 0; column < sum.length; column++) {
    const total = index === 0 ? values[column]! : sum[column]! + values[column]!;
    sum[column] = index === count - 1 ? total / count : total;
  }
}

async function gatherInFile(
  source: Source,
  shape: Pick<FeatureMatrix, 'rows' | 'columns' | 'chunkRows'>,
  folder: string,
): Promise<FeatureMatrix> {
  const file = await createMatrixFile(folder, shape);
  try {
    const sum = new Float32Array(shape.columns);
    for await (const { values, target, summand } of readRows(source, shape.columns)) {
      if (summand.index > 0) await file.readRow(target, sum);
      addView(sum, values, summand);
      await file.writeRow(target, sum);
    }
    return file;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
