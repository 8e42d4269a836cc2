import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import type { OnProgress } from '../shared/progress.ts';

/** The fewest photos that each class folder of a demo set must hold. */
export type ExpectedCounts = Readonly<Record<string, number>>;

/** What a demo set takes to be fetched. */
export interface DemoOptions {
  home: string;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** Where `REGRAFT_OFFLINE` is looked up, and npm's environment. @default process.env */
  env?: NodeJS.ProcessEnv | undefined;
}

/** The folder of the demo photo sets. */
export function demoFolder(home: string): string {
  return join(home, 'demo');
}

/** Counts the photos of each class folder; a missing folder counts 0. */
export async function countPhotos(folder: string, expected: ExpectedCounts): Promise<Record<string, number>> {
  const counts = Object.keys(expected).map(async (name): Promise<[string, number]> => {
    const files = await readdir(join(folder, name)).catch(() => []);
    return [name, files.filter((file) => /\.jpe?g$/i.test(file)).length];
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Whether every class folder holds at least its photos. */
export async function isComplete(folder: string, expected: ExpectedCounts): Promise<boolean> {
  const counts = await countPhotos(folder, expected);
  return Object.entries(expected).every(([name, least]) => (counts[name] ?? 0) >= least);
}

/**
 * Puts a fetched set in its place in one step. What is already there is incomplete: it is kept beside, as `<folder>.incomplete`.
 *
 * @throws RegraftError `NOT_WRITABLE` or `OUT_OF_DISK`.
 */
export async function putPhotoFolder(fetched: string, folder: string): Promise<void> {
  try {
    const aside = `${folder}.incomplete`;
    if ((await readdir(folder).catch(() => undefined)) !== undefined) {
      await rm(aside, { recursive: true, force: true });
      await rename(folder, aside);
    }
    await rename(fetched, folder);
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** The error for a set that is needed while `REGRAFT_OFFLINE` is set. */
export function offlinePhotosError(what: string, folder: string, source: string): RegraftError {
  const message = `${what} are needed, but they are not stored yet and REGRAFT_OFFLINE is set. Looked for ${folder}; they come from ${source}.`;
  return new RegraftError('OFFLINE', message, {
    hint: 'Unset REGRAFT_OFFLINE, or train on photos of your own: `regraft train <folder>`.',
  });
}
