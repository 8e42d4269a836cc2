import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { RegraftError } from '../../errors.ts';
import { hashFile } from './hash-file.ts';
import { unreadable } from './weights-file.ts';

const maxFiles = 10_000;

/**
 * Lists a folder's files, sorted, by their paths inside it with `/`. A link to a file counts as that file; a link to a folder is passed
 * over with all that is behind it, so that none can lead round in a circle. A link to nothing is listed: reading it says what is wrong.
 *
 * @throws RegraftError `BACKBONE_INVALID` above 10,000 files: such a folder is no network.
 */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  if (found.length > maxFiles) {
    throw new RegraftError('BACKBONE_INVALID', `${folder} holds ${found.length} files.`, {
      hint: 'Give the folder that holds only the network, or the file of the network itself.',
    });
  }
  const files: string[] = [];
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink() && (await isFolder(path))) continue;
    files.push(relative(folder, path).split(sep).join('/'));
  }
  return files.sort((a, b) => (a < b ? -1 : 1));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Gives the SHA-256 of a folder's list of files, one line `<sha256>  <path>` each in the order of their paths, and their size.
 *
 * @throws RegraftError `BACKBONE_INVALID` naming the file that cannot be read.
 */
export async function hashFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of await listFolder(folder)) {
    const place = join(folder, path);
    const file = await hashFile(place, signal).catch((error: unknown) => {
      throw unreadable(place, error);
    });
    hash.update(`${file.sha256}  ${path}\n`);
    bytes += file.bytes;
  }
  return { sha256: hash.digest('hex'), bytes };
}
