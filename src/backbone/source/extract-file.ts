import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser, type ReadEntry } from 'tar';
import { errnoCode, writeError } from '../../atomic-file.ts';
import { cancelledError, RegraftError, throwIfCancelled } from '../../errors.ts';

/** The entries that an archive may have unless told otherwise. */
export const maxArchiveEntries = 100_000;

/** Options of {@link extractFiles}. */
export interface ExtractOptions {
  /** More than this, unpacked, is refused. @default 2 GiB */
  maxBytes?: number | undefined;
  /** More entries than this are refused. @default {@link maxArchiveEntries} */
  maxEntries?: number | undefined;
  signal?: AbortSignal | undefined;
  /** What errors call the archive. @default its path */
  name?: string | undefined;
}

/**
 * Unpacks those files of a .tgz for which `choose` gives a place; the archive's own paths never name a file on the disk, and links
 * and devices are passed over. Gives the number of files written.
 *
 * @param choose - takes the path inside the archive and its size in bytes, gives the absolute path to write, or undefined.
 * @throws RegraftError `DOWNLOAD_FAILED` when the archive is damaged or too large, `OUT_OF_DISK` or `NOT_WRITABLE`, `CANCELLED`.
 */
export async function extractFiles(
  archive: string,
  choose: (path: string, bytes: number) => string | undefined,
  { maxBytes = 2 ** 31, maxEntries = maxArchiveEntries, signal, name = archive }: ExtractOptions = {},
): Promise<number> {
  throwIfCancelled(signal);
  const writes: Promise<void>[] = [];
  const abort = new AbortController();
  const fail = (error: unknown): void => abort.abort(error);
  let total = 0;
  let entries = 0;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      total += entry.size;
      if (++entries > maxEntries) fail(damagedArchive(name, `it has more than ${maxEntries} entries`));
      if (total > maxBytes) fail(damagedArchive(name, `it unpacks to more than ${maxBytes} bytes`));
      const path =
        entry.type === 'File' || entry.type === 'OldFile' ? choose(entry.path, entry.size) : undefined;
      if (path === undefined || abort.signal.aborted) entry.resume();
      else writes.push(writeEntry(entry, path, abort.signal).catch(fail));
    },
  });
  const signals = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  try {
    await feed(archive, parser, signals);
    await Promise.all(writes);
    abort.signal.throwIfAborted();
  } catch (error) {
    fail(error);
    await Promise.all(writes);
    if (signal?.aborted === true) throw cancelledError();
    throw archiveError(name, abort.signal.reason);
  }
  return writes.length;
}

async function feed(archive: string, parser: Parser, signal: AbortSignal): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve);
    parser.once('error', reject);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const fed = (async () => {
    for await (const chunk of createReadStream(archive, { highWaterMark: 1 << 18, signal })) {
      if (!parser.write(chunk as Buffer)) {
        await Promise.race([new Promise((resolve) => parser.once('drain', resolve)), ended]);
      }
    }
    parser.end();
  })();
  await Promise.all([fed, ended]);
}

async function writeEntry(entry: ReadEntry, path: string, signal: AbortSignal): Promise<void> {
  try {
    // Made before the first byte is asked for; the parser waits for a reader.
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(entry), createWriteStream(path), { signal });
  } catch (error) {
    throw writeError(path, error);
  }
}

function archiveError(name: string, error: unknown): unknown {
  if (error instanceof RegraftError) return error;
  const code = errnoCode(error) ?? '';
  if (/^(TAR_|Z_)/.test(code) || (error instanceof Error && /zlib|tar/i.test(error.message))) {
    return damagedArchive(name, error instanceof Error ? error.message : code, error);
  }
  return error;
}

/** The error for an archive that is not whole, or not to be trusted. */
export function damagedArchive(name: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError('DOWNLOAD_FAILED', `${name} is not a whole .tgz or .zip archive: ${reason}.`, {
    hint: 'Run the same command again to fetch it anew.',
    cause,
  });
}
