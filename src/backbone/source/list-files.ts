import { stat } from 'node:fs/promises';
import { cancelledError, RegraftError } from '../../errors.ts';
import { extractArchive, sniffArchive } from './extract-archive.ts';
import type { FetchedNetwork } from './fetched-network.ts';
import { listFolder } from './hash-folder.ts';
import { isInnerPath } from './inner-path.ts';
import { unreadable } from './weights-file.ts';

/**
 * Lists what is in a network that is a whole folder or archive, sorted paths for `fetchCompanion`; undefined for a single file.
 * Paths that lead out of an archive are left out.
 *
 * @throws RegraftError `BACKBONE_INVALID` when it cannot be read, `CANCELLED`.
 */
export async function listFiles(
  { path }: FetchedNetwork,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    if ((await stat(path)).isDirectory()) return await listFolder(path);
    if ((await sniffArchive(path)) === undefined) return undefined;
    const found = new Set<string>();
    const note = (name: string): undefined => void found.add(name.replace(/^(\.\/)+/, ''));
    await extractArchive(path, note, { signal });
    return [...found].filter(isInnerPath).sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    if (signal?.aborted === true) throw cancelledError();
    if (!(error instanceof RegraftError)) throw unreadable(path, error);
    throw new RegraftError('BACKBONE_INVALID', error.message, { hint: 'Get it again.', cause: error });
  }
}
