import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode, writeFileAtomic } from '../atomic-file.ts';
import type { SkippedPhoto } from '../dataset/dataset.ts';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { FeatureMatrix } from './feature-matrix.ts';

/** One photo's features as retrain.py cached them. */
export interface BottleneckFile {
  /** Path relative to the folder, `/` between folders. */
  readonly path: string;
  /** Absolute path. */
  readonly file: string;
  readonly label: number;
}

/** Rows that were read from text files. */
export interface BottleneckRows {
  /** SHA-256 of each file's bytes: the identity of its photo. `[rows]` */
  readonly identities: readonly string[];
  readonly files: readonly BottleneckFile[];
  readonly columns: number;
  /** `[rows, columns]` */
  readonly values: Float32Array;
  readonly skipped: readonly SkippedPhoto[];
}

/**
 * Reads the classic program's cached bottlenecks: one text file a photo, comma-separated numbers. A file that is no such text, or of another
 * length than most, is listed, not thrown.
 *
 * @throws RegraftError `FEATURES_INVALID` when no file can be read, `CANCELLED`.
 */
export async function readRetrainText(
  files: readonly BottleneckFile[],
  signal?: AbortSignal,
): Promise<BottleneckRows> {
  const read: { file: BottleneckFile; identity: string; values: Float32Array }[] = [];
  const skipped: SkippedPhoto[] = [];
  const skip = ({ path }: BottleneckFile, reason: string): void =>
    void skipped.push({ path, code: 'FEATURES_INVALID', reason });
  for (const file of files) {
    throwIfCancelled(signal);
    try {
      const text = await readFile(file.file, 'utf8');
      const identity = createHash('sha256').update(text).digest('hex');
      read.push({ file, identity, values: parseNumbers(text) });
    } catch (error) {
      skip(file, reasonOf(error));
    }
  }
  const columns = mostFrequent(read.map(({ values }) => values.length));
  if (columns === undefined) {
    throw new RegraftError(
      'FEATURES_INVALID',
      `None of the ${files.length} bottleneck files holds comma-separated numbers. The first, ${skipped[0]?.path ?? ''}: ${skipped[0]?.reason ?? ''}`,
      {
        hint: 'Give the folder that retrain.py called --bottleneck_dir: a folder for each class, a .txt file for each photo.',
      },
    );
  }
  const rows = read.filter(({ file, values }) => {
    if (values.length === columns) return true;
    skip(file, `Expected ${columns} numbers, as in most of the files, but found ${values.length}.`);
    return false;
  });
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, index) => values.set(row.values, index * columns));
  return {
    identities: rows.map(({ identity }) => identity),
    files: rows.map(({ file }) => file),
    columns,
    values,
    skipped,
  };
}

function parseNumbers(text: string): Float32Array {
  const parts = text.trim().split(',');
  if (parts.length === 1 && parts[0] === '') throw new RangeError('It is empty.');
  return Float32Array.from(parts, (part, index) => {
    const value = part.trim() === '' ? NaN : Math.fround(Number(part));
    if (Number.isFinite(value)) return value;
    throw new RangeError(
      `Expected comma-separated numbers but found "${part.trim().slice(0, 40)}" as number ${index + 1}.`,
    );
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  const code = errnoCode(error);
  if (code === undefined) throw error;
  return `It cannot be read (${code}).`;
}

function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/**
 * The name of the photo that a bottleneck file belongs to: without `.txt` and without the suffix of later versions
 * (`photo.jpg_inception_v3.txt`, `photo.jpg_https~tfhub.dev~….txt`).
 */
export function photoNameOf(fileName: string): string {
  const name = fileName.replace(/\.txt$/i, '');
  return /^(.*\.(?:jpe?g|png|gif|webp|bmp|tiff?|avif))(?:_.*)?$/i.exec(name)?.[1] ?? name;
}

/**
 * Writes features as the classic's text files, `<folder>/<path of the photo>.txt`.
 *
 * @param paths - Path of each row's photo relative to the dataset, with its class folder first.
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function writeRetrainText(
  folder: string,
  paths: readonly string[],
  features: FeatureMatrix,
  signal?: AbortSignal,
): Promise<void> {
  for (let index = 0; index * features.chunkRows < features.rows; index++) {
    const chunk = await features.chunk(index);
    for (let row = 0; row * features.columns < chunk.length; row++) {
      throwIfCancelled(signal);
      const values = chunk.subarray(row * features.columns, (row + 1) * features.columns);
      await writeFileAtomic(
        join(folder, `${paths[index * features.chunkRows + row] ?? ''}.txt`),
        values.join(','),
      );
    }
  }
}
