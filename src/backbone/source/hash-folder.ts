import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { RegraftError } from '../../errors.ts';
import { hashFile } from './hash-file.ts';

const maxFiles = 10_000;

/**
 * Lists a folder's files, sorted, by their paths inside it with `/`; links to folders are not followed.
 *
 * @throws RegraftError `BACKBONE_INVALID` above 10,000 files: such a folder is no network.
 */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  if (files.length > maxFiles) {
    throw new RegraftError('BACKBONE_INVALID', `${folder} holds ${files.length} files.`, {
      hint: 'Give the folder that holds only the network, or the file of the network itself.',
    });
  }
  return files
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Gives the SHA-256 of a folder's list of files, one line `<sha256>  <path>` each in the order of their paths, and their size. */
export async function hashFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of await listFolder(folder)) {
    const file = await hashFile(join(folder, path), signal);
    hash.update(`${file.sha256}  ${path}\n`);
    bytes += file.bytes;
  }
  return { sha256: hash.digest('hex'), bytes };
}
