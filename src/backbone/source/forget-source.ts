import { rm } from 'node:fs/promises';
import { writeError } from '../../atomic-file.ts';
import { withExclusiveFolder } from '../../exclusive-folder.ts';
import { catalogue } from '../catalogue.ts';
import { untestedNetworks } from '../untested.ts';
import { besideFolder } from './fetched-network.ts';
import { readLock, type StoredFile, writeLocked } from './lock-file.ts';
import { parseSource } from './parse-source.ts';
import { storedPath, weightsFolder } from './weights-file.ts';
import type { WeightsOptions } from './weights.ts';
import { formatSource } from './weights-source.ts';

/**
 * Forgets what a source gave at its first use, so that the next fetch counts as the first: its line of the lock file, the files
 * beside it, and its own file where no other source or network of the catalogue has the same. Gives false when there was nothing.
 *
 * @param spec - The source, or the id of a network that is fetched from one.
 * @throws RegraftError `INVALID_OPTION`, `BACKBONE_INVALID`, `STORE_BUSY`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function forgetSource(spec: string, options: WeightsOptions): Promise<boolean> {
  const source = parseSource(untestedNetworks.find(({ id }) => id === spec)?.source ?? spec);
  const text = formatSource(source);
  const { home } = options;
  if (!(await readLock(home)).has(text)) return false;
  return withExclusiveFolder(weightsFolder(home), options, async () => {
    const lock = new Map(await readLock(home));
    const entry = lock.get(text);
    if (!entry) return false;
    await writeLocked(home, text, undefined);
    lock.delete(text);
    const kept = new Set([
      ...catalogue.map(({ file }) => file.sha256),
      ...[...lock.values()].flatMap((other) => [other.sha256, other.archive?.sha256]),
    ]);
    const files: StoredFile[] = entry.archive ? [entry, entry.archive] : [entry];
    const unused = files.filter((file) => !kept.has(file.sha256)).map((file) => storedPath(file, home));
    for (const path of [besideFolder(source, home), ...unused]) {
      await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
        throw writeError(path, error);
      });
    }
    return true;
  });
}
