import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import { compareNatural } from './natural-order.ts';

/** Bottleneck text files of retrain.py, found but not read. */
export interface BottleneckFolder {
  readonly name: string;
  /** Names of the class folders, natural-sorted. */
  readonly classes: readonly string[];
  readonly files: readonly { readonly path: string; readonly file: string; readonly label: number }[];
}

/**
 * Finds bottleneck files: a folder for each class, a `.txt` file for each photo.
 *
 * @throws RegraftError `DATASET_NOT_FOUND`, `DATASET_UNREADABLE`, `NO_CLASSES` or `ONE_CLASS`.
 */
export async function scanBottlenecks(folder: string): Promise<BottleneckFolder> {
  const root = resolve(folder);
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    const missing = errnoCode(error) === 'ENOENT';
    throw new RegraftError(
      missing ? 'DATASET_NOT_FOUND' : 'DATASET_UNREADABLE',
      `Expected a folder of bottleneck files at ${root}, but it ${missing ? 'does not exist' : `cannot be read (${errnoCode(error) ?? ''})`}.`,
      { hint: 'Give the folder that retrain.py called --bottleneck_dir.', cause: error },
    );
  });
  const found: { name: string; files: string[] }[] = [];
  for (const entry of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    const names = await readdir(join(root, entry.name));
    const files = names.filter((name) => /\.txt$/i.test(name) && !name.startsWith('.')).sort(compareNatural);
    if (files.length > 0) found.push({ name: entry.name, files });
  }
  found.sort((a, b) => compareNatural(a.name, b.name));
  if (found.length < 2) {
    throw new RegraftError(
      found.length === 0 ? 'NO_CLASSES' : 'ONE_CLASS',
      `Expected at least two class folders with .txt files in ${root} but found ${found[0]?.name ?? 'none'}.`,
      {
        hint: 'Give the folder that retrain.py called --bottleneck_dir: a folder for each class, a .txt file for each photo.',
      },
    );
  }
  return {
    name: basename(root),
    classes: found.map(({ name }) => name),
    files: found.flatMap(({ name, files }, label) =>
      files.map((file) => ({ path: `${name}/${file}`, file: join(root, name, file), label })),
    ),
  };
}
