import { join } from 'node:path';
import { byteProgress } from './byte-progress.ts';
import { RefusedError } from './download-error.ts';
import { extractOne } from './extract-one.ts';
import { sniffArchive } from './extract-archive.ts';
import { archiveName } from './fetch-file.ts';
import { defaultMaxBytes, type FetchedSource, fetchSource, pathInArchive } from './fetch-source.ts';
import type { FetchedNetwork } from './fetched-network.ts';
import { hashFile } from './hash-file.ts';
import type { LockedSource, StoredFile } from './lock-file.ts';
import { isOffline } from './offline.ts';
import { lockMismatch, offlineError } from './remote-network.ts';
import { checkWeights, putWeights, storedPath } from './weights-file.ts';
import type { WeightsOptions } from './weights.ts';
import type { RemoteSource } from './weights-source.ts';

/** Where a file beside a network comes from. */
export interface CompanionFile {
  readonly network: FetchedNetwork;
  readonly source: RemoteSource;
  /** Whether the network's file is an archive that the file is in. */
  readonly isArchive: boolean;
  /** Counted from the top of the repository, package or archive; of a plain address, from the folder of the network. */
  readonly path: string;
}

/**
 * Fetches a file beside a network into a temporary folder, unchecked: out of the stored archive where it came in one, else by a
 * download. `file` is undefined when there is none; `archive` is one that had to be fetched again.
 */
export async function fetchCompanionFile(
  wanted: CompanionFile,
  locked: LockedSource,
  temporary: string,
  options: WeightsOptions,
): Promise<{ file?: string; archive?: StoredFile }> {
  const { network, source, isArchive, path } = wanted;
  if (!isArchive && pathInArchive(source) === undefined) {
    const file = await downloadBeside(wanted, locked, temporary, options);
    return file === undefined ? {} : { file };
  }
  const [archive, fetched] = isArchive
    ? [network.path, undefined]
    : await openArchive(wanted, locked, temporary, options);
  const file = join(temporary, 'companion');
  const { signal, maxBytes } = options;
  const found = await extractOne(archive, path, file, { signal, maxBytes, name: archiveName(source) });
  return { ...(found ? { file } : {}), ...(fetched ? { archive: fetched } : {}) };
}

async function openArchive(
  wanted: CompanionFile,
  { archive: locked }: LockedSource,
  temporary: string,
  options: WeightsOptions,
): Promise<[path: string, fetched: StoredFile | undefined]> {
  const { home, signal } = options;
  if (locked) {
    const path = storedPath(locked, home);
    if ((await checkWeights(path, locked, signal)).state === 'whole') return [path, undefined];
  }
  const { file } = await download(wanted, wanted.source, temporary, options);
  const found = { ...(await hashFile(file, signal)), extension: (await sniffArchive(file)) ?? 'bin' };
  if (locked && locked.sha256 !== found.sha256) {
    const name = `The archive of ${wanted.network.source}`;
    throw lockMismatch(name, locked.sha256, found.sha256, home, wanted.network.source);
  }
  const path = storedPath(found, home);
  await putWeights(file, path);
  return [path, found];
}

async function downloadBeside(
  wanted: CompanionFile,
  { commit }: LockedSource,
  temporary: string,
  options: WeightsOptions,
): Promise<string | undefined> {
  try {
    return (await download(wanted, besideSource(wanted, commit), temporary, options)).file;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function download(
  { network, path }: CompanionFile,
  source: RemoteSource,
  temporary: string,
  options: WeightsOptions,
): Promise<FetchedSource> {
  const name = `${path} of ${network.source}`;
  if (isOffline(options.env)) throw offlineError(name);
  const { onProgress, maxBytes = defaultMaxBytes } = options;
  const start = performance.now();
  onProgress?.({ type: 'start', stage: 'download', text: `Looking for ${name}` });
  const onBytes = byteProgress(onProgress);
  const end = (text: string): void =>
    onProgress?.({ type: 'done', stage: 'download', text, ms: performance.now() - start });
  try {
    const fetched = await fetchSource(source, temporary, { ...options, maxBytes, onBytes });
    end(`Downloaded ${name}`);
    return fetched;
  } catch (error) {
    if (isAbsent(error)) end(`There is no ${name}`);
    throw error;
  }
}

function besideSource({ source, path }: CompanionFile, commit: string | undefined): RemoteSource {
  if (source.type === 'hf') {
    return { type: 'hf', repo: source.repo, revision: commit ?? source.revision, path };
  }
  if (source.type === 'npm') return source;
  const url = new URL(source.url);
  const beside = new URL(path.split('/').map(encodeURIComponent).join('/'), url);
  // As TensorFlow.js does: what follows the "?" of a model.json may give the access to its shards.
  beside.search = url.search;
  return { type: 'https', url: beside.href };
}

/** The hub's own code tells a missing file from a repository that is not there or not to be seen. */
function isAbsent(error: unknown): boolean {
  return (
    error instanceof RefusedError &&
    [404, 410].includes(error.status) &&
    [null, 'EntryNotFound'].includes(error.headers.get('x-error-code'))
  );
}
