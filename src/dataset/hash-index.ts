import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../atomic-file.ts';

/** What tells whether a file has changed; times in ms. The change time betrays edits that put the old mtime back. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Remembers the SHA-256 of photos between scans, so that unchanged ones are not read again. */
export interface HashIndex {
  /** The SHA-256 of the photo, if its stamp is the one of the last scan. */
  find(path: string, stamp: FileStamp): string | undefined;
  add(path: string, stamp: FileStamp, sha256: string): void;
  /**
   * Writes the index; a folder that cannot be written is no reason to end a scan, so failures pass silently.
   * A complete scan forgets the photos that it has not seen, an interrupted one keeps them.
   */
  save(scan: 'complete' | 'interrupted'): Promise<void>;
}

/** `[path, size, mtimeMs, ctimeMs, sha256]` */
type Entry = readonly [string, number, number, number, string];

const indexVersion = 1;
const headerSchema = z.strictObject({ version: z.literal(indexVersion), sha256: z.string() });
const entriesSchema = z.array(
  z.tuple([z.string(), z.number(), z.number(), z.number(), z.string().length(64)]),
);

/**
 * Opens the index of one data set, `<home>/hashes/<sha256 of the source's path>.json`: a line with its version and the SHA-256
 * of the rest, then the entries. One that is missing or broken in any way counts as empty.
 *
 * @param source absolute path of the folder or CSV
 */
export async function openHashIndex(home: string, source: string): Promise<HashIndex> {
  const file = join(home, 'hashes', `${sha256(source)}.json`);
  const known = await readEntries(file);
  const seen = new Map<string, Entry>();
  let changed = false;
  return {
    find(path, stamp) {
      const entry = known.get(path);
      if (entry === undefined) return undefined;
      const [, size, mtimeMs, ctimeMs, sha] = entry;
      if (size !== stamp.size || mtimeMs !== stamp.mtimeMs || ctimeMs !== stamp.ctimeMs) return undefined;
      seen.set(path, entry);
      return sha;
    },
    add(path, { size, mtimeMs, ctimeMs }, sha) {
      seen.set(path, [path, size, mtimeMs, ctimeMs, sha]);
      changed = true;
    },
    async save(scan) {
      const entries = scan === 'complete' ? seen : new Map([...known, ...seen]);
      if (!changed && entries.size === known.size) return;
      const body = JSON.stringify([...entries.values()]);
      const header = JSON.stringify({ version: indexVersion, sha256: sha256(body) });
      await writeFileAtomic(file, `${header}\n${body}\n`).catch(() => undefined);
      changed = false;
    },
  };
}

async function readEntries(file: string): Promise<ReadonlyMap<string, Entry>> {
  try {
    const text = await readFile(file, 'utf8');
    const headerEnd = text.indexOf('\n');
    const header = headerSchema.parse(JSON.parse(text.slice(0, headerEnd)));
    const body = text.slice(headerEnd + 1).trimEnd();
    if (sha256(body) !== header.sha256) return new Map();
    return new Map(entriesSchema.parse(JSON.parse(body)).map((entry) => [entry[0], entry]));
  } catch {
    return new Map();
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
