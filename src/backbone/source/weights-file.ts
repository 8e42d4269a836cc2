import { open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoCode, makeFolder, writeError } from '../../atomic-file.ts';
import { cancelledError, RegraftError } from '../../errors.ts';
import type { OnProgress } from '../../shared/progress.ts';
import type { CatalogueEntry, WeightsFile } from '../catalogue-entry.ts';
import { hashFile } from './hash-file.ts';

/** The folder that holds networks' weights. */
export function weightsFolder(home: string): string {
  return join(home, 'backbones');
}

/** Where a network's weights are stored: `<home>/backbones/<sha256>.<extension>`. */
export function weightsPath(entry: Pick<CatalogueEntry, 'file'>, home: string): string {
  return storedPath(entry.file, home);
}

/** Where a file is stored by its content: `<home>/backbones/<sha256>.<extension>`. */
export function storedPath(file: Pick<WeightsFile, 'sha256' | 'extension'>, home: string): string {
  return join(weightsFolder(home), `${file.sha256}.${file.extension}`);
}

/** What a file is, compared with what it should be. */
export type FileState =
  | { readonly state: 'missing' | 'whole' }
  | { readonly state: 'different'; readonly sha256: string; readonly bytes: number };

/**
 * Compares a file with the pinned SHA-256. Reads all of it (about 20 ms for 24 MB), so that no damage goes unseen.
 *
 * @throws RegraftError `BACKBONE_INVALID` when the file cannot be read.
 */
export async function checkWeights(
  path: string,
  expected: Pick<WeightsFile, 'sha256'>,
  signal?: AbortSignal,
): Promise<FileState> {
  try {
    const found = await hashFile(path, signal);
    return found.sha256 === expected.sha256 ? { state: 'whole' } : { state: 'different', ...found };
  } catch (error) {
    if (signal?.aborted === true) throw cancelledError();
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return { state: 'missing' };
    throw unreadable(path, error);
  }
}

/** Whether a file of the right size is stored: a quick look, for lists. */
export async function isStored(entry: CatalogueEntry, home: string): Promise<boolean> {
  return stat(weightsPath(entry, home)).then(
    (found) => found.isFile() && found.size === entry.file.bytes,
    () => false,
  );
}

/** Renames a stored file that is damaged to `<path>.broken`, and says so. */
export async function setAside(path: string, onProgress: OnProgress | undefined): Promise<void> {
  await rename(path, `${path}.broken`).catch((error: unknown) => {
    throw writeError(`${path}.broken`, error);
  });
  const text = `${path} is damaged (its SHA-256 is wrong). It was set aside as .broken and is fetched again.`;
  onProgress?.({ type: 'notice', stage: 'download', text });
}

/** Moves a checked file to its place in the store, synced, in one step. */
export async function putWeights(file: string, path: string): Promise<void> {
  try {
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(file, path).catch(async (error: unknown) => {
      if (errnoCode(error) !== 'ENOENT') throw error;
      await makeFolder(dirname(path));
      await rename(file, path);
    });
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The error for a network file that cannot be read. */
export function unreadable(path: string, error: unknown): RegraftError {
  const code = errnoCode(error);
  const reasons: Record<string, string> = {
    ENOENT: 'it does not exist',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
  };
  const reason = (code === undefined ? undefined : (reasons[code] ?? code)) ?? String(error);
  return new RegraftError('BACKBONE_INVALID', `Cannot read ${path}: ${reason}.`, {
    hint: 'Give the path of a file that this user may read.',
    cause: error,
  });
}
