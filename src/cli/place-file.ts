import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { errnoCode, makeFolder, writeError } from '../atomic-file.ts';
import { sameBytes } from './same-bytes.ts';

/** Where a file is now. */
export interface PlacedFile {
  readonly path: string;
  /** False when the same bytes lay there before. */
  readonly isNew: boolean;
}

/**
 * Puts a file into a folder without ever writing over another one: where other bytes have its name, it becomes `name-2.jpg`, `name-3.jpg`, …,
 * and where the same bytes have one of those, it is left at that. It appears whole or not at all, also when the process is killed.
 *
 * @param write - Writes the file to a temporary path in the folder.
 * @throws RegraftError `OUT_OF_DISK`, `NOT_WRITABLE`; and what `write` throws that is no error of the file system.
 */
export async function placeFile(
  folder: string,
  name: string,
  write: (temporary: string) => Promise<void>,
): Promise<PlacedFile> {
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    await makeFolder(folder);
    await write(temporary);
    for (let number = 1; ; number++) {
      const path = join(folder, numbered(name, number));
      if (await linkNew(temporary, path)) return { path, isNew: true };
      if (await sameBytes(temporary, path)) return { path, isNew: false };
    }
  } catch (error) {
    throw writeError(join(folder, name), error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const extension = extname(name);
  return `${basename(name, extension)}-${number}${extension}`;
}

/** Gives a file a name that no other has; false when one has it. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    if (!withoutLinks.has(errnoCode(error) ?? '')) throw error;
  }
  // Some disks (FAT, network drives) know no second name of a file: there it is taken by an empty one first.
  try {
    await (await open(to, 'wx')).close();
  } catch (error) {
    if (errnoCode(error) === 'EEXIST' || (await isFolder(to))) return false;
    throw error;
  }
  await rename(from, to);
  return true;
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EACCES']);

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
