import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, writeError } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import type { FeatureMatrix } from './feature-matrix.ts';

/** A matrix in a file whose rows are written in any order. */
export interface MatrixFile extends FeatureMatrix {
  /** Reads a row that was written, float32 `[columns]`. */
  readRow(row: number, values: Float32Array): Promise<void>;
  writeRow(row: number, values: Float32Array): Promise<void>;
}

/**
 * Makes a matrix in a temporary file, which is deleted when the matrix is disposed of.
 *
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`, as its methods do.
 */
export async function createMatrixFile(
  folder: string,
  { rows, columns, chunkRows }: Pick<FeatureMatrix, 'rows' | 'columns' | 'chunkRows'>,
): Promise<MatrixFile> {
  const path = join(folder, `${randomUUID()}.matrix`);
  const file = await openNew(path);
  const rowBytes = columns * 4;
  return {
    rows,
    columns,
    chunkRows,
    inMemory: false,
    readRow: (row, values) => readWhole(file, path, bytesOf(values), row * rowBytes),
    async writeRow(row, values) {
      try {
        await file.write(bytesOf(values), 0, rowBytes, row * rowBytes);
      } catch (error) {
        throw writeError(path, error);
      }
    },
    async chunk(index) {
      const first = index * chunkRows;
      const chunk = new Float32Array(Math.min(chunkRows, rows - first) * columns);
      await readWhole(file, path, bytesOf(chunk), first * rowBytes);
      return chunk;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
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
