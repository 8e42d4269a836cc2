import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { SkippedPhoto } from './dataset.ts';
import { emptyFindings } from './findings.ts';
import { compareNatural } from './natural-order.ts';
import { type FoundFile, walkFiles } from './walk.ts';

/** What a search for files may be told. */
export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Real paths of folders inside those that are searched which are left alone. */
  readonly except?: readonly string[] | undefined;
}

/**
 * Gives a file as it is, and all that is in a folder in natural order but hidden files; then the folders in it that cannot be listed.
 *
 * @throws RegraftError `CANCELLED`
 */
export async function* findFiles(
  path: string,
  options: FindOptions = {},
): AsyncGenerator<FoundFile | SkippedPhoto> {
  if (!(await isFolder(path))) {
    yield { path, file: path };
    return;
  }
  const findings = emptyFindings();
  const prefix = path.endsWith('/') || path.endsWith(sep) ? path : join(path, sep);
  yield* walkFiles(path, prefix, { findings, ...options });
  yield* findings.skipped.sort((a, b) => compareNatural(a.path, b.path));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
