import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoCode, writeFileAtomic } from '../../atomic-file.ts';
import { RegraftError } from '../../errors.ts';
import { weightsFolder } from './weights-file.ts';

const file = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
});

const stored = file.extend({ extension: z.string().regex(/^[a-z0-9_]{1,16}$/) });

const lockedSource = stored.extend({
  /** When it was fetched first, ISO 8601. */
  date: z.string(),
  /** The archive that the file came in. */
  archive: stored.optional(),
  /** The hub's commit, from which the files beside it are taken too. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** Files beside it by their path; null where the source has none of that name. */
  companions: z.record(z.string(), file.nullable()),
});

const lockFile = z.strictObject({ version: z.literal(1), sources: z.record(z.string(), lockedSource) });

/** A file of the store: its content, and the extension that its name has there. */
export type StoredFile = z.infer<typeof stored>;

/** What the first use of a source gave: every later use must give the same. */
export type LockedSource = z.infer<typeof lockedSource>;

/** Where the lock file lies: `<home>/backbones/lock.json`. */
export function lockPath(home: string): string {
  return join(weightsFolder(home), 'lock.json');
}

/**
 * Reads the lock file: what every source gave at first, by its text ({@link formatSource}).
 *
 * @throws RegraftError `BACKBONE_INVALID` when the file is damaged; what it pins is never dropped unasked.
 */
export async function readLock(home: string): Promise<ReadonlyMap<string, LockedSource>> {
  const path = lockPath(home);
  try {
    const { sources } = lockFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(Object.entries(sources));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return new Map();
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s+/g, ' ') : String(error);
    throw new RegraftError('BACKBONE_INVALID', `Cannot read ${path}: ${reason}.`, {
      hint: 'Repair it, or remove it: then the next fetch of each source counts as its first.',
      cause: error,
    });
  }
}

/**
 * Records, or with undefined removes, what a source gave. Must run inside `withExclusiveFolder` of the store.
 *
 * @throws RegraftError `BACKBONE_INVALID`, `OUT_OF_DISK` or `NOT_WRITABLE`.
 */
export async function writeLocked(
  home: string,
  source: string,
  entry: LockedSource | undefined,
): Promise<void> {
  const sources = new Map(await readLock(home));
  if (entry) sources.set(source, entry);
  else sources.delete(source);
  const sorted = [...sources].sort(([a], [b]) => (a < b ? -1 : 1));
  const content = { version: 1, sources: Object.fromEntries(sorted) };
  await writeFileAtomic(lockPath(home), `${JSON.stringify(content, undefined, 2)}\n`);
}
