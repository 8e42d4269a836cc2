import { join, posix } from 'node:path';
import { RegraftError } from '../../errors.ts';
import { withExclusiveFolder } from '../../exclusive-folder.ts';
import { byteProgress, formatBytes } from './byte-progress.ts';
import { sniffArchive } from './extract-archive.ts';
import { type FetchedFile, fetchFile } from './fetch-file.ts';
import { defaultMaxBytes } from './fetch-source.ts';
import { besideFolder, type FetchedNetwork, folderInSource, storedExtension } from './fetched-network.ts';
import { hashFile } from './hash-file.ts';
import { lockPath, readLock, type StoredFile, writeLocked } from './lock-file.ts';
import { isOffline } from './offline.ts';
import { sizeOf } from './size-of.ts';
import { checkWeights, putWeights, setAside, storedPath, weightsFolder } from './weights-file.ts';
import type { WeightsOptions } from './weights.ts';
import { formatSource, type RemoteSource } from './weights-source.ts';

/**
 * Opens a network that comes over the network: from the store where it is there and whole, else it is fetched. What a source gave
 * at first is recorded in the lock file and must be given by every later fetch.
 *
 * @throws RegraftError `OFFLINE`, `DOWNLOAD_FAILED`, `BACKBONE_HASH_MISMATCH`, `BACKBONE_INVALID`, `STORE_BUSY`, `OUT_OF_DISK`,
 * `NOT_WRITABLE` or `CANCELLED`.
 */
export async function openRemote(source: RemoteSource, options: WeightsOptions): Promise<FetchedNetwork> {
  const stored = await findStored(source, options);
  if (stored.network) return stored.network;
  if (isOffline(options.env)) throw offlineError(formatSource(source), stored.damaged);
  return withExclusiveFolder(weightsFolder(options.home), options, async (temporary) => {
    // Another process may have fetched it while this one waited.
    const again = await findStored(source, options);
    if (again.network) return again.network;
    if (again.damaged !== undefined) await setAside(again.damaged, options.onProgress);
    return fetchAndStore(source, temporary, options);
  });
}

/** The error for something that is not stored while `REGRAFT_OFFLINE` forbids to fetch it. */
export function offlineError(what: string, damaged?: string): RegraftError {
  const found = damaged === undefined ? 'it is not stored yet' : `the stored file ${damaged} is damaged`;
  return new RegraftError('OFFLINE', `${what} is needed, but ${found} and REGRAFT_OFFLINE is set.`, {
    hint: 'Unset REGRAFT_OFFLINE for one run; or fetch the file where there is a connection, copy it here and give its path.',
  });
}

async function findStored(
  source: RemoteSource,
  { home, signal }: WeightsOptions,
): Promise<{ network?: FetchedNetwork; damaged?: string }> {
  const sha256 = source.sha256 ?? (await readLock(home)).get(formatSource(source))?.sha256;
  if (sha256 === undefined) return {};
  const path = storedPath({ sha256, extension: extensionOf(source) }, home);
  const { state } = await checkWeights(path, { sha256 }, signal);
  if (state === 'missing') return {};
  if (state === 'different') return { damaged: path };
  return { network: await describe(source, { sha256, bytes: await sizeOf(path) }, home) };
}

async function fetchAndStore(
  source: RemoteSource,
  temporary: string,
  options: WeightsOptions,
): Promise<FetchedNetwork> {
  const { home, onProgress, signal, maxBytes = defaultMaxBytes } = options;
  const text = formatSource(source);
  const start = performance.now();
  onProgress?.({ type: 'start', stage: 'download', text: `Downloading ${text}` });
  const onBytes = byteProgress(onProgress);
  const fetched = await fetchFile(source, temporary, { ...options, maxBytes, onBytes });
  const found = await hashFile(fetched.file, signal);
  const locked = (await readLock(home)).get(text);
  requireSame(source, source.sha256 ?? locked?.sha256, found.sha256, home);
  const archive = await storeArchive(fetched, home, signal);
  const file: StoredFile = { ...found, extension: extensionOf(source) };
  await putWeights(fetched.file, storedPath(file, home));
  const { commit } = fetched;
  await writeLocked(home, text, {
    ...file,
    date: locked?.date ?? new Date().toISOString(),
    ...(archive === undefined ? {} : { archive }),
    ...(commit === undefined ? {} : { commit }),
    companions: locked?.companions ?? {},
  });
  const done = `Downloaded ${text} (${formatBytes(found.bytes)}), SHA-256 ${found.sha256}`;
  onProgress?.({ type: 'done', stage: 'download', text: done, ms: performance.now() - start });
  return describe(source, found, home);
}

/** Kept, so that the files beside the network need no second download. */
async function storeArchive(
  { archive }: FetchedFile,
  home: string,
  signal: AbortSignal | undefined,
): Promise<StoredFile | undefined> {
  if (archive === undefined) return undefined;
  const file = { ...(await hashFile(archive, signal)), extension: (await sniffArchive(archive)) ?? 'bin' };
  await putWeights(archive, storedPath(file, home));
  return file;
}

function requireSame(source: RemoteSource, expected: string | undefined, found: string, home: string): void {
  if (expected === undefined || expected === found) return;
  throw source.sha256 === undefined
    ? lockMismatch(formatSource(source), expected, found, home)
    : pinMismatch(formatSource(source), expected, found);
}

function pinMismatch(text: string, expected: string, found: string): RegraftError {
  const message = `${text} gave other bytes than it is pinned to: expected SHA-256 ${expected}, found ${found}.`;
  return new RegraftError('BACKBONE_HASH_MISMATCH', message, {
    hint: 'The file was not stored. Correct sha256= if the new file is the one you want.',
  });
}

/** The error for a source that gives other bytes than at its first use. */
export function lockMismatch(
  text: string,
  expected: string,
  found: string,
  home: string,
  forget = text,
): RegraftError {
  const message = `${text} gave other bytes than at its first use: expected SHA-256 ${expected} by ${lockPath(home)}, found ${found}.`;
  return new RegraftError('BACKBONE_HASH_MISMATCH', message, {
    hint: `The file was not stored. If you know why it changed, run \`regraft backbones forget '${forget}'\`, and the new one is taken.`,
  });
}

async function describe(
  source: RemoteSource,
  { sha256, bytes }: { sha256: string; bytes: number },
  home: string,
): Promise<FetchedNetwork> {
  const path = storedPath({ sha256, extension: extensionOf(source) }, home);
  const beside = besideFolder(source, home);
  const isArchive = (await sniffArchive(path)) !== undefined;
  return {
    path,
    source: formatSource(source),
    sha256,
    bytes,
    pinned: source.sha256 !== undefined,
    folder: isArchive ? beside : join(beside, folderInSource(source)),
  };
}

function extensionOf(source: RemoteSource): string {
  const path = source.type === 'https' ? (source.inside ?? new URL(source.url).pathname) : source.path;
  return storedExtension(posix.basename(path));
}
