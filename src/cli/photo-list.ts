import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import stringWidth from 'string-width';
import { findByPattern, isPattern } from '../dataset/find-by-pattern.ts';
import { findFiles, type FindOptions } from '../dataset/find-files.ts';
import { readPathList } from '../dataset/path-list.ts';
import { faultOfFile } from '../dataset/read-photo.ts';
import type { SkippedPhoto } from '../dataset/dataset.ts';
import type { FoundFile } from '../dataset/walk.ts';
import { type ErrorCode, throwIfCancelled } from '../errors.ts';
import { readLines } from './read-lines.ts';
import { printable } from './terminal/printable.ts';

/** A photo that was named or found, or why it is none. */
export type ListedPhoto =
  | { readonly path: string; readonly file: string }
  | { readonly path: string; readonly error: { readonly code: ErrorCode; readonly reason: string } };

/** What photos are listed with. */
export interface ListOptions extends FindOptions {
  /** Where the argument `-` reads paths from. */
  readonly input: AsyncIterable<Uint8Array>;
}

/**
 * Lists photos one by one in the order given, so that no list of all is held: files, folders in natural order, patterns such as
 * `holiday/**\/*.jpg`, CSV files with a column `path`, and for `-` the paths that an input names line by line.
 *
 * @throws RegraftError `CANCELLED`
 */
export async function* listPhotos(
  paths: readonly string[],
  options: ListOptions,
): AsyncGenerator<ListedPhoto> {
  for await (const found of findAll(paths, options)) {
    throwIfCancelled(options.signal);
    const { path } = found;
    const fault = 'code' in found ? found : await faultOfFile(found.file);
    if (fault !== undefined) yield { path, error: { code: fault.code, reason: fault.reason } };
    else if ('file' in found) yield { path, file: resolve(found.file) };
  }
}

/** How many photos there are, and how wide their paths are in columns. */
export interface ListMeasure {
  readonly count: number;
  readonly widest: number;
}

/** Goes over the photos once before, without opening any; undefined when they come from an input, which can be read but once. */
export async function measureList(
  paths: readonly string[],
  options: ListOptions,
): Promise<ListMeasure | undefined> {
  if (paths.includes('-')) return undefined;
  let [count, widest] = [0, 0];
  for await (const { path } of findAll(paths, options)) {
    throwIfCancelled(options.signal);
    count += 1;
    widest = Math.max(widest, stringWidth(printable(path)));
  }
  return { count, widest };
}

async function* findAll(
  paths: readonly string[],
  options: ListOptions,
): AsyncGenerator<FoundFile | SkippedPhoto> {
  for (const path of paths) {
    if (path === '-') {
      for await (const line of readLines(options.input)) yield* findFiles(line, options);
      continue;
    }
    const kind = await kindOf(path);
    if (kind === 'file' && extname(path).toLowerCase() === '.csv') yield* readPathList(path);
    else if (kind === 'missing' && isPattern(path)) yield* findByPattern(path, options);
    else yield* findFiles(path, options);
  }
}

async function kindOf(path: string): Promise<'file' | 'other' | 'missing'> {
  return stat(path).then(
    (stats) => (stats.isFile() ? 'file' : 'other'),
    () => 'missing',
  );
}
