import { join } from 'node:path';
import type { Part } from '../dataset/dataset.ts';
import { readSplitCsv } from '../dataset/split-csv.ts';
import { RegraftError } from '../errors.ts';
import { runFileError } from './run-file-error.ts';

/** A photo that a finished run used, in any part. */
export interface UsedPhoto {
  /** As the run's dataset calls it. */
  readonly path: string;
  readonly sha256: string;
  readonly part: Part;
  /** Its cell of the column label, or of labels where a photo may have several. */
  readonly label: string;
}

/**
 * Reads which photos a finished run used, from the `split.csv` in its folder.
 *
 * @throws RegraftError `RUN_INVALID` naming the file
 */
export async function readUsedPhotos(folder: string): Promise<UsedPhoto[]> {
  const file = join(folder, 'split.csv');
  const rows = await readSplitCsv(file).catch((error: unknown) => {
    throw runFileError(file, error);
  });
  return rows.map(({ path, sha256, label = '', part, line }) => {
    if (path !== undefined && sha256 !== undefined) return { path, sha256, part, label };
    throw new RegraftError(
      'RUN_INVALID',
      `${file}, line ${line}: expected a path and a sha256, found one of them.`,
      { hint: 'Give the folder as `regraft train` wrote it.' },
    );
  });
}
