import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { errnoCode, writeError } from '../../atomic-file.ts';
import { cancelledError, RegraftError, throwIfCancelled } from '../../errors.ts';
import { damagedArchive, type ExtractOptions, maxArchiveEntries } from './extract-file.ts';

/**
 * Unpacks those files of a .zip for which `choose` gives a place, as `extractFiles` does for a .tgz; only what is chosen is unpacked
 * and counts for `maxBytes`. An archive with a path that leads out of it is refused, links and encrypted files are passed over.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` when the archive is damaged or too large, `OUT_OF_DISK` or `NOT_WRITABLE`, `CANCELLED`.
 */
export async function extractZip(
  archive: string,
  choose: (path: string, bytes: number) => string | undefined,
  { maxBytes = 2 ** 31, maxEntries = maxArchiveEntries, signal, name = archive }: ExtractOptions = {},
): Promise<number> {
  throwIfCancelled(signal);
  const { openPromise } = await import('yauzl');
  let zip: ZipFile | undefined;
  let count = 0;
  try {
    zip = await openPromise(archive, { autoClose: false });
    if (zip.entryCount > maxEntries) throw damagedArchive(name, `it has more than ${maxEntries} entries`);
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(signal);
      const path = isPlainFile(entry) ? choose(entry.fileName, entry.uncompressedSize) : undefined;
      if (path === undefined) continue;
      total += entry.uncompressedSize;
      if (total > maxBytes) throw damagedArchive(name, `it unpacks to more than ${maxBytes} bytes`);
      await writeEntry(zip, entry, path, name, signal);
      count++;
    }
    return count;
  } catch (error) {
    if (signal?.aborted === true) throw cancelledError();
    if (!isOfArchive(error)) throw error;
    throw damagedArchive(name, error.message, error);
  } finally {
    zip?.close();
  }
}

/** yauzl throws plain errors without a code, zlib codes of its own. */
function isOfArchive(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof RegraftError) return false;
  return errnoCode(error)?.startsWith('Z_') ?? error.constructor === Error;
}

/** The upper half of the attributes is the Unix mode where Unix made the archive; a link's type is 0o12. */
function isPlainFile(entry: Entry): boolean {
  const isLink = entry.externalFileAttributes >>> 28 === 0o12;
  return !entry.fileName.endsWith('/') && !isLink && !entry.isEncrypted();
}

async function writeEntry(
  zip: ZipFile,
  entry: Entry,
  path: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let sum = 0;
  const check = new Transform({
    transform: (chunk: Buffer, _, done) => {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
  });
  try {
    await mkdir(dirname(path), { recursive: true });
    // Fails by itself when there are more or fewer bytes than the entry tells. Opened last: an error that comes before a listener
    // would end the process.
    const content = await zip.openReadStreamPromise(entry);
    await pipeline(content, check, createWriteStream(path), { ...(signal ? { signal } : {}) });
  } catch (error) {
    throw writeError(path, error);
  }
  if (sum !== entry.crc32) throw damagedArchive(name, `the checksum of ${entry.fileName} is wrong`);
}
