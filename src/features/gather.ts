import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, writeError } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import { type FeatureMatrix, matrixFromArray } from './feature-matrix.ts';
import type { SegmentTap } from './segment.ts';
import { type FeatureStore, goneHint, type RowLocation } from './store.ts';

/** Matrices above this many bytes are read from a temporary file instead of memory. */
const memoryLimitBytes = 512 * 2 ** 20;
const chunkRows = 4096;

/**
 * Reads the features of photos as one matrix, a row a photo in the given order, the values of the taps side by side.
 * A large matrix lies in a temporary file under `temporaryFolder` that is deleted when the matrix is disposed of.
 *
 * @throws RegraftError `FEATURES_INVALID` when a photo is not in the store, `OUT_OF_DISK` or `NOT_WRITABLE` for the file.
 */
export async function gatherFeatures(
  store: FeatureStore,
  photos: readonly string[],
  taps: readonly SegmentTap[],
  temporaryFolder: string,
  limitBytes = memoryLimitBytes,
): Promise<FeatureMatrix> {
  const columns = taps.reduce((sum, { size }) => sum + size, 0);
  const rowsBySegment = groupBySegment(photos, await store.locate(photos));
  if (photos.length * columns * 4 > limitBytes) {
    return gatherInFile(store, rowsBySegment, photos.length, columns, taps, temporaryFolder);
  }
  const values = new Float32Array(photos.length * columns);
  for (const [segment, places] of rowsBySegment) {
    const read = await store.read(segment, taps);
    for (const { row, target } of places) copyRow(read.values, taps, row, values, target * columns);
  }
  return matrixFromArray(values, photos.length, columns, chunkRows);
}

interface Place {
  readonly row: number;
  /** Row in the matrix. */
  readonly target: number;
}

function groupBySegment(
  photos: readonly string[],
  located: ReadonlyMap<string, RowLocation>,
): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  photos.forEach((photo, target) => {
    const location = located.get(photo);
    if (location === undefined) {
      const message = `The features of the photo with SHA-256 ${photo} are not in the store.`;
      throw new RegraftError('FEATURES_INVALID', message, { hint: goneHint });
    }
    const places = groups.get(location.segment) ?? [];
    places.push({ row: location.row, target });
    groups.set(location.segment, places);
  });
  return groups;
}

function copyRow(
  values: readonly Float32Array[],
  taps: readonly SegmentTap[],
  row: number,
  to: Float32Array,
  offset: number,
): void {
  let column = offset;
  taps.forEach(({ size }, tap) => {
    to.set(values[tap]?.subarray(row * size, (row + 1) * size) ?? [], column);
    column += size;
  });
}

async function gatherInFile(
  store: FeatureStore,
  rowsBySegment: ReadonlyMap<string, readonly Place[]>,
  rows: number,
  columns: number,
  taps: readonly SegmentTap[],
  folder: string,
): Promise<FeatureMatrix> {
  const path = join(folder, `${randomUUID()}.matrix`);
  const file = await openNew(path);
  const rowBytes = columns * 4;
  const dispose = async (): Promise<void> => {
    await file.close();
    await rm(path, { force: true });
  };
  try {
    const row = new Float32Array(columns);
    for (const [segment, places] of rowsBySegment) {
      const read = await store.read(segment, taps);
      for (const place of places) {
        copyRow(read.values, taps, place.row, row, 0);
        await file.write(new Uint8Array(row.buffer), 0, rowBytes, place.target * rowBytes);
      }
    }
  } catch (error) {
    await dispose();
    throw writeError(path, error);
  }
  return {
    rows,
    columns,
    chunkRows,
    inMemory: false,
    async chunk(index) {
      const first = index * chunkRows;
      const chunk = new Float32Array(Math.min(chunkRows, rows - first) * columns);
      await readWhole(file, path, new Uint8Array(chunk.buffer), first * rowBytes);
      return chunk;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Fills a buffer, as one read may give less than was asked for. */
async function readWhole(
  file: FileHandle,
  path: string,
  buffer: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < buffer.length;) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) {
      throw new RegraftError(
        'FEATURES_INVALID',
        `Expected ${buffer.length} bytes at ${position} but found ${done} in ${path}.`,
        { hint: 'The file was cut off while it was in use: run the same command again.' },
      );
    }
    done += bytesRead;
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    await makeFolder(dirname(path));
    return await open(path, 'wx+');
  } catch (error) {
    throw writeError(path, error);
  }
}
