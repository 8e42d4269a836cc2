import { rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder, writeError } from '../../atomic-file.ts';
import { cancelledError, RegraftError } from '../../errors.ts';
import { withExclusiveFolder } from '../../exclusive-folder.ts';
import { extractOne } from './extract-one.ts';
import { sniffArchive } from './extract-archive.ts';
import { besideFolder, type FetchedNetwork, folderInSource } from './fetched-network.ts';
import { hashFile } from './hash-file.ts';
import { hashFolder } from './hash-folder.ts';
import { unreadable, weightsFolder } from './weights-file.ts';
import type { WeightsOptions } from './weights.ts';
import { formatSource, type LocalSource } from './weights-source.ts';

/**
 * Opens a network that lies on this machine, a file, a folder or a file in an archive. It is read where it is, hashed every time;
 * only what lies in an archive is unpacked, anew every time.
 *
 * @throws RegraftError `BACKBONE_INVALID` when it cannot be read, `BACKBONE_HASH_MISMATCH` when it is pinned to other bytes.
 */
export async function openLocal(source: LocalSource, options: WeightsOptions): Promise<FetchedNetwork> {
  const given = resolve(source.path);
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw unreadable(given, error);
    },
  );
  const beside = join(besideFolder(source, options.home), folderInSource(source));
  const path = source.inside === undefined ? given : await unpack(given, source, source.inside, options);
  const found = await (isFolder ? hashFolder(path, options.signal) : hashFile(path, options.signal)).catch(
    (error: unknown) => {
      if (options.signal?.aborted === true) throw cancelledError();
      throw error instanceof RegraftError ? error : unreadable(path, error);
    },
  );
  if (source.sha256 !== undefined && found.sha256 !== source.sha256) {
    const message = `${path} is not the file that its source pins: expected SHA-256 ${source.sha256}, found ${found.sha256}.`;
    throw new RegraftError('BACKBONE_HASH_MISMATCH', message, {
      hint: 'Get the file again, or leave sha256= out to take it as it is.',
    });
  }
  const inArchive = source.inside !== undefined || (!isFolder && (await sniffArchive(path)) !== undefined);
  const folder = isFolder ? path : inArchive ? beside : dirname(path);
  return { path, source: formatSource(source), ...found, pinned: true, folder };
}

async function unpack(
  archive: string,
  source: LocalSource,
  inside: string,
  options: WeightsOptions,
): Promise<string> {
  const path = await unpackBeside(archive, source, inside, options);
  if (path !== undefined) return path;
  throw new RegraftError('BACKBONE_INVALID', `${archive} holds no file ${inside}.`, {
    hint: 'The path after # counts from the top of the archive.',
  });
}

/**
 * Unpacks one file of an archive on this machine, to its place below {@link besideFolder}; undefined when the archive has none.
 *
 * @throws RegraftError `BACKBONE_INVALID` when the archive is damaged or too large.
 */
export async function unpackBeside(
  archive: string,
  source: LocalSource,
  inside: string,
  options: WeightsOptions,
): Promise<string | undefined> {
  const { home, maxBytes, signal } = options;
  const path = join(besideFolder(source, home), inside);
  return withExclusiveFolder(weightsFolder(home), options, async (temporary) => {
    const file = join(temporary, 'unpacked');
    const found = await extractOne(archive, inside, file, { signal, maxBytes }).catch((error: unknown) => {
      if (!(error instanceof RegraftError) || error.code !== 'DOWNLOAD_FAILED') throw error;
      throw new RegraftError('BACKBONE_INVALID', error.message, { hint: 'Get it again.', cause: error });
    });
    if (!found) return undefined;
    await makeFolder(dirname(path))
      .then(() => rename(file, path))
      .catch((error: unknown) => {
        throw writeError(path, error);
      });
    return path;
  });
}
