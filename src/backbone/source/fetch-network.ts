import type { FetchedNetwork } from './fetched-network.ts';
import { openLocal } from './local-network.ts';
import { parseSource } from './parse-source.ts';
import { openRemote } from './remote-network.ts';
import type { WeightsOptions } from './weights.ts';

/**
 * Gives a network's file from any source ({@link parseSource} lists the forms): out of the store, or fetched into it on first use,
 * or the user's own file where it lies. Verified by SHA-256 on every use: by the one in the source, else by the one that the lock
 * file recorded at first use. An archive without a path after `#`, and a folder, are given whole: `listFiles` and
 * `fetchCompanion` show what is in them.
 *
 * @throws RegraftError `INVALID_OPTION` for a source that cannot be read, `OFFLINE`, `DOWNLOAD_FAILED`, `BACKBONE_HASH_MISMATCH`,
 * `BACKBONE_INVALID`, `STORE_BUSY`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function fetchNetwork(spec: string, options: WeightsOptions): Promise<FetchedNetwork> {
  const source = parseSource(spec);
  return source.type === 'local' ? openLocal(source, options) : openRemote(source, options);
}
