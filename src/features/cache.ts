import { readdir, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** What a part of Regraft's home takes on the disk. */
export interface CachePart {
  /** `features`, `activations`, `backbones`, `hashes` or `demo`. */
  readonly name: string;
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** What was deleted. */
export interface Deleted {
  readonly files: number;
  readonly bytes: number;
}

const parts = ['features', 'activations', 'backbones', 'hashes', 'demo'] as const;
/** Those whose files go when they were not used for some time. */
const prunedParts: readonly CachePartName[] = ['features', 'activations'];

/** A part of the home that can be cleared alone. */
export type CachePartName = (typeof parts)[number];

/** Measures every part of Regraft's home. */
export async function describeCache(home: string): Promise<CachePart[]> {
  return Promise.all(
    parts.map(async (name) => {
      const files = await listFiles(join(home, name));
      return { name, path: join(home, name), files: files.length, bytes: sum(files) };
    }),
  );
}

/**
 * Deletes features and activations that were not used for some days, segments that were set aside as damaged, and what killed processes left.
 *
 * @param options.unusedDays - Those whose last use is older go. @default 30
 */
export async function pruneCache(
  home: string,
  { unusedDays = 30 }: { unusedDays?: number } = {},
): Promise<Deleted> {
  const now = Date.now();
  const limitMs = unusedDays * 24 * 3600 * 1000;
  // A temporary file that is younger may belong to a process that is running.
  const leftoverMs = 3600 * 1000;
  const files = await listFiles(home);
  return deleteFiles(
    files.filter(({ path, usedMs }) => {
      const age = now - usedMs;
      if (/\.(tmp|broken|matrix)$/.test(path)) return age > leftoverMs || path.endsWith('.broken');
      return age > limitMs && prunedParts.some((part) => path.startsWith(join(home, part, sep)));
    }),
  );
}

/** Deletes features, activations and hashes, and with `all` also the networks and the demo's photos, which would be fetched again. */
export async function clearCache(home: string, { all = false }: { all?: boolean } = {}): Promise<Deleted> {
  const chosen: readonly CachePartName[] = all ? parts : [...prunedParts, 'hashes'];
  const files = (await Promise.all(chosen.map((name) => listFiles(join(home, name))))).flat();
  const deleted = await deleteFiles(files);
  for (const name of chosen) await rm(join(home, name), { recursive: true, force: true });
  return deleted;
}

interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last written or touched, ms since 1970. */
  readonly usedMs: number;
}

async function listFiles(folder: string): Promise<StoredFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const stats = await stat(path).catch(() => undefined);
        return stats === undefined ? [] : [{ path, bytes: stats.size, usedMs: stats.mtimeMs }];
      }),
  );
  return files.flat();
}

async function deleteFiles(files: readonly StoredFile[]): Promise<Deleted> {
  for (const { path } of files) await rm(path, { force: true });
  return { files: files.length, bytes: sum(files) };
}

function sum(files: readonly StoredFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
