import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { RegraftError } from '../../errors.ts';
import { sniffArchive } from './extract-archive.ts';
import type { FetchedNetwork } from './fetched-network.ts';
import { isInnerPath, joinInner } from './inner-path.ts';
import { unpackBeside } from './local-network.ts';
import { parseSource } from './parse-source.ts';
import { openRemoteCompanion } from './remote-companion.ts';
import type { WeightsOptions } from './weights.ts';
import type { LocalSource } from './weights-source.ts';

/** Options of {@link fetchCompanion}. */
export interface CompanionOptions extends WeightsOptions {
  /**
   * What the path counts from: the folder of the network's file, or the top of its repository, package or archive (where the network is
   * a local file or a plain address, the same as `beside`). @default 'beside'
   */
  from?: 'beside' | 'root' | undefined;
}

/**
 * Gives a file that belongs to a network: its configuration, its external data, a shard of its weights. It comes from where the
 * network came from (the same commit, package, archive or folder) and lies below `network.folder` under its own path. Verified as
 * the network is: by the lock file, which also records that a source has no such file, so that a later run needs no connection.
 * Of a network that is a whole archive or folder, it is a file inside.
 *
 * @param relativePath - `/` between folders.
 * @returns the path on this machine, or undefined when there is no such file.
 * @throws RegraftError `BACKBONE_INVALID` when the path leads out of the folder, and what `fetchNetwork` throws.
 */
export async function fetchCompanion(
  network: FetchedNetwork,
  relativePath: string,
  options: CompanionOptions,
): Promise<string | undefined> {
  if (!isInnerPath(relativePath)) {
    const message = `${network.source} names the file "${relativePath}": expected a relative path without "..".`;
    throw new RegraftError('BACKBONE_INVALID', message, {
      hint: 'A network may only use files that lie beside it: get it from where it was published.',
    });
  }
  const source = parseSource(network.source);
  const isArchive = (await isFile(network.path)) && (await sniffArchive(network.path)) !== undefined;
  if (source.type === 'local') return openLocalCompanion(network, source, isArchive, relativePath, options);
  return openRemoteCompanion(network, source, isArchive, relativePath, options);
}

async function openLocalCompanion(
  network: FetchedNetwork,
  source: LocalSource,
  isArchive: boolean,
  relativePath: string,
  options: CompanionOptions,
): Promise<string | undefined> {
  if (source.inside !== undefined) {
    const folder = options.from === 'root' ? '.' : posix.dirname(source.inside);
    return unpackBeside(source.path, source, joinInner(folder, relativePath), options);
  }
  if (isArchive) return unpackBeside(network.path, source, relativePath, options);
  const path = join(network.folder, relativePath);
  return (await isFile(path)) ? path : undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
