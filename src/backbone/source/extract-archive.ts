import { open } from 'node:fs/promises';
import { extractFiles, type ExtractOptions } from './extract-file.ts';
import { extractZip } from './extract-zip.ts';
import { unreadable } from './weights-file.ts';

/** The archives that Regraft opens, named as their extension. */
export type ArchiveType = 'tgz' | 'zip';

/**
 * Tells an archive by its first bytes; undefined for any other file.
 *
 * @throws RegraftError `BACKBONE_INVALID` when the file cannot be read.
 */
export async function sniffArchive(file: string): Promise<ArchiveType | undefined> {
  const head = Buffer.alloc(4);
  try {
    const handle = await open(file);
    try {
      await handle.read(head, 0, 4, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  if (head[0] === 0x1f && head[1] === 0x8b) return 'tgz';
  // The second is the end record, all that an empty .zip holds.
  return ['PK\u0003\u0004', 'PK\u0005\u0006'].includes(head.toString('latin1')) ? 'zip' : undefined;
}

/**
 * Unpacks those files of a .tgz or .zip for which `choose` gives a place. The archive's own paths never name a file on the disk.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` when the archive is damaged, has too many entries or is too large; `OUT_OF_DISK`,
 * `NOT_WRITABLE` or `CANCELLED`.
 */
export async function extractArchive(
  archive: string,
  choose: (path: string, bytes: number) => string | undefined,
  options: ExtractOptions,
): Promise<number> {
  // What is neither fails in the .tgz reader, which names it.
  const extract = (await sniffArchive(archive)) === 'zip' ? extractZip : extractFiles;
  return extract(archive, choose, options);
}
