import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RegraftError } from './errors.ts';

/**
 * Writes a file so that readers see the old content or the new one, never a part: to a temporary file beside it, synced,
 * then renamed. On failure the temporary file is removed and the old one is as it was.
 *
 * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`, naming the file.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(data));
}

/** As {@link writeFileAtomic}, for content that is written piece by piece. */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const file = await openInFolder(temporary);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** Creates a file, and its folder again should another process (`regraft cache prune`) remove the empty one meanwhile. */
async function openInFolder(path: string): Promise<FileHandle> {
  await makeFolder(dirname(path));
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return await open(path, 'wx');
  }
}

/**
 * Makes a folder and those above it, where they are missing; throws the file system's error. Node's `recursive` never returns where
 * the system refuses with ENOENT, as below /proc, and calls a full disk ENOENT (nodejs/node#42808).
 */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  let error = await tryToMake(path);
  if (error === undefined) return;
  if (errnoCode(error) === 'ENOENT' && parent !== path) {
    // Another call may have made the parent since: then it is enough to try again.
    if (!(await isFolder(parent))) await makeFolder(parent);
    error = await tryToMake(path);
  }
  if (error !== undefined) throw error;
}

/** Gives the error, if there is one; a folder that is there is none. */
async function tryToMake(path: string): Promise<Error | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    return (await isFolder(path)) ? undefined : (error as Error);
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Turns an error of the file system into a RegraftError that names the file that was to be written. */
export function writeError(path: string, error: unknown): unknown {
  switch (errnoCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RegraftError('OUT_OF_DISK', `No space left on the disk while writing ${path}.`, {
        hint: 'Free some space (`regraft cache prune` helps) and run the same command again: finished work is kept.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'ELOOP':
    case 'EBUSY':
    case 'EIO':
      return new RegraftError('NOT_WRITABLE', `Cannot write ${path}: ${describe(errnoCode(error) ?? '')}.`, {
        hint: 'Choose another folder (REGRAFT_HOME is that of networks and features), or change its permissions.',
        cause: error,
      });
    case undefined:
    default:
      return error;
  }
}

function describe(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `there is no permission (${code})`;
    case 'EROFS':
      return `the file system is read-only (${code})`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file is where a folder is needed (${code})`;
    case 'EISDIR':
      return `a folder is there (${code})`;
    default:
      return `the system refuses it (${code})`;
  }
}

/** The code of a system error (`ENOENT`, …), if it is one. */
export function errnoCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
