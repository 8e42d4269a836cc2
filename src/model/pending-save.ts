import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errnoCode, makeFolder } from '../atomic-file.ts';

/**
 * The folder inside a model folder that holds a whole set of new files while they take their places one after the other. It appears
 * in one step, so that a save is either not begun or can be finished by anyone.
 */
export const pendingFolder = '.regraft.saved';

/**
 * Finishes what a killed process began to save in a folder, so that its files belong together: they are all written, only some are not in
 * their places yet. Does nothing where nothing is pending; throws the file system's error.
 */
export async function finishSave(folder: string): Promise<void> {
  const pending = join(folder, pendingFolder);
  const entries = await readdir(pending, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    ignoreMissing(error);
    return undefined;
  });
  if (entries === undefined) return;
  for (const entry of entries) {
    if (entry.isFile()) await moveIntoPlace(folder, relative(pending, join(entry.parentPath, entry.name)));
  }
  // Only empty folders are left.
  await rm(pending, { recursive: true, force: true });
}

/** Moves one of the pending files to its place; another process may have done so already. */
export async function moveIntoPlace(folder: string, name: string): Promise<void> {
  const place = join(folder, name);
  if (dirname(place) !== folder) await makeFolder(dirname(place));
  await rename(join(folder, pendingFolder, name), place).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) throw error;
}
