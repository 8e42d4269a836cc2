import { link, mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoCode, makeFolder, writeError } from '../atomic-file.ts';
import { withExclusiveFolder } from '../exclusive-folder.ts';
import { RegraftError } from '../errors.ts';
import { finishSave, moveIntoPlace, pendingFolder } from './pending-save.ts';
import type { OnProgress } from '../shared/progress.ts';

/**
 * Puts files into a folder, all or none: they are written to a temporary folder inside it, which is renamed to {@link pendingFolder} once
 * it is whole, then they take their places one after the other. When one cannot, the older ones are put back; when the process is killed
 * meanwhile, the next `saveFiles` or `loadModel` finishes the save, so that the files always belong together. Other files stay as they
 * are. Two trainings of one folder take turns.
 *
 * @param files content by name; a name with `/` lies in folders inside
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function saveFiles(
  folder: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  options: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await withExclusiveFolder(folder, { ...options, stage: 'save' }, async (temporary) => {
    const pending = join(folder, pendingFolder);
    let current = pending;
    try {
      await finishSave(folder);
      const fresh = join(temporary, 'new');
      await mkdir(fresh);
      for (const [name, content] of files) {
        current = join(folder, name);
        await makeFolder(dirname(join(fresh, name)));
        await writeFile(join(fresh, name), content, { flush: true });
        await keepOld(current, keptAs(temporary, name));
      }
      current = pending;
      await rename(fresh, pending);
    } catch (error) {
      throw writeError(current, error);
    }
    const moved: string[] = [];
    try {
      for (const name of files.keys()) {
        current = join(folder, name);
        await moveIntoPlace(folder, name);
        moved.push(name);
      }
      await finishSave(folder);
    } catch (error) {
      // First, so that nobody finishes what is being undone.
      await rename(pending, join(temporary, 'undone')).catch(() => undefined);
      for (const name of moved) await putBack(keptAs(temporary, name), join(folder, name));
      throw writeError(current, error);
    }
  });
}

/** Where an older file is kept; flat, whatever folders its name has. */
function keptAs(temporary: string, name: string): string {
  return join(temporary, `old-${encodeURIComponent(name)}`);
}

/** Gives a file a second name. Where the file system has no such links, an older file cannot be put back. */
async function keepOld(path: string, kept: string): Promise<void> {
  await link(path, kept).catch((error: unknown) => {
    if (['ENOSPC', 'EDQUOT'].includes(errnoCode(error) ?? '')) throw error;
  });
}

async function putBack(kept: string, path: string): Promise<void> {
  await rename(kept, path).catch(() => rm(path, { force: true }).catch(() => undefined));
}

/**
 * Fails early, before minutes of work, when a file is in the place of a model folder or when it cannot be written.
 *
 * @throws RegraftError `NOT_WRITABLE`
 */
export async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new RegraftError(
      'NOT_WRITABLE',
      `Expected a folder for the model at ${folder}, but a file is there.`,
      {
        hint: 'Choose another place with --out, or move the file.',
      },
    );
  }
  try {
    const first = found === undefined ? await firstMissing(folder) : undefined;
    await tryToWrite(folder);
    if (first !== undefined) await removeEmpty(folder, first);
  } catch (error) {
    throw writeError(folder, error);
  }
}

/**
 * Makes and removes a folder inside one: permissions alone do not tell, as a disk may be read-only or a file system virtual. Another
 * process that does the same may remove the outer folder meanwhile, or the inner one as a leftover.
 */
async function tryToWrite(folder: string, retries = 10): Promise<void> {
  try {
    await makeFolder(folder);
    await rmdir(await mkdtemp(join(folder, '.regraft-')));
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errnoCode(error) ?? '') || retries === 0) throw error;
    await tryToWrite(folder, retries - 1);
  }
}

/** The outermost of the folders on a path that are not there. */
async function firstMissing(path: string): Promise<string> {
  const parent = dirname(path);
  const isThere = await stat(parent).then(
    () => true,
    (error: unknown) => {
      if (errnoCode(error) !== 'ENOENT') throw error;
      return parent === path;
    },
  );
  return isThere ? path : firstMissing(parent);
}

/** Removes folders that were made for the check, from the innermost one; one that is in use by now stays. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  const removed = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (removed && folder !== first) await removeEmpty(dirname(folder), first);
}
