import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoCode, writeError } from '../atomic-file.ts';
import { cancelledError, RegraftError } from '../errors.ts';

/** Options of {@link downloadFile}. */
export interface DownloadOptions {
  /** Takes the bytes so far and, when the server tells it, the size. */
  onBytes?: ((done: number, total: number | undefined) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** A larger file is refused. */
  maxBytes: number;
  /** An attempt ends when nothing has arrived for so long. @default 30000 */
  stallMs?: number | undefined;
  /** Pauses before the next attempts; counted anew after an attempt that brought bytes. @default [1000, 2000, 4000] */
  retryDelaysMs?: readonly number[] | undefined;
}

/**
 * Downloads a file over https, going on from where a broken connection or a killed process stopped when the server supports that
 * and still has the same file. What has arrived so far lies at `<destination>.part`.
 *
 * @throws RegraftError `DOWNLOAD_FAILED`, `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function downloadFile(
  url: string,
  destination: string,
  options: DownloadOptions,
): Promise<void> {
  requireSafe(url, url);
  const delays = options.retryDelaysMs ?? [1000, 2000, 4000];
  const part = `${destination}.part`;
  await mkdir(dirname(destination), { recursive: true }).catch((error: unknown) => {
    throw writeError(dirname(destination), error);
  });
  for (let failures = 0; ;) {
    const before = await sizeOf(part);
    try {
      await attempt(url, part, options);
      await rm(`${part}.version`, { force: true });
      await rename(part, destination);
      return;
    } catch (error) {
      if (options.signal?.aborted === true) throw cancelledError();
      if (!(error instanceof PassingFailure)) throw writeError(part, error);
      if ((await sizeOf(part)) > before) failures = 0;
      const delay = delays[failures++];
      if (delay === undefined) throw failed(url, error.message, error.cause);
      await sleep(delay, undefined, { ...(options.signal ? { signal: options.signal } : {}) }).catch(() => {
        throw cancelledError();
      });
    }
  }
}

/** A failure that another attempt may not meet. */
class PassingFailure extends Error {}

async function attempt(url: string, part: string, options: DownloadOptions): Promise<void> {
  const version = await readFile(`${part}.version`, 'utf8').catch(() => '');
  const wanted = version === '' ? 0 : await sizeOf(part);
  const stall = new AbortController();
  const stallMs = options.stallMs ?? 30_000;
  const timer = setTimeout(() => stall.abort(), stallMs);
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
  try {
    const headers = {
      'accept-encoding': 'identity',
      ...(wanted > 0 ? { range: `bytes=${wanted}-`, 'if-range': version } : {}),
    };
    const response = await fetch(url, { signal, headers });
    requireSafe(response.url, url);
    const offset = await checkStatus(response, url, part, wanted);
    const length = response.headers.get('content-length');
    const total = length === null ? undefined : offset + Number(length);
    if (total !== undefined && total > options.maxBytes) throw tooLarge(url, options.maxBytes);
    if (offset === 0) await keepVersion(response, part);
    await receive(response, part, offset, total, url, options, () => timer.refresh());
  } catch (error) {
    if (error instanceof RegraftError || error instanceof PassingFailure || isFileError(error)) throw error;
    const reason = stall.signal.aborted ? `nothing arrived for ${stallMs / 1000} s` : describe(error);
    throw new PassingFailure(reason, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the offset at which the answer's body begins. */
async function checkStatus(response: Response, url: string, part: string, wanted: number): Promise<number> {
  if (response.status === 206 && wanted > 0) {
    if (response.headers.get('content-range')?.startsWith(`bytes ${wanted}-`) === true) return wanted;
  } else if (response.status === 200) {
    return 0;
  }
  await response.body?.cancel();
  const status = `the server answered ${response.status} ${response.statusText}`.trimEnd();
  if (response.status === 206 || response.status === 416) {
    await rm(part, { force: true });
    throw new PassingFailure(status);
  }
  if (response.status >= 500 || response.status === 408 || response.status === 429) {
    throw new PassingFailure(status);
  }
  throw failed(url, status);
}

async function receive(
  response: Response,
  part: string,
  offset: number,
  total: number | undefined,
  url: string,
  { onBytes, maxBytes }: DownloadOptions,
  onChunk: () => void,
): Promise<void> {
  const file = await open(part, offset > 0 ? 'r+' : 'w');
  try {
    let done = offset;
    for await (const chunk of response.body ?? []) {
      onChunk();
      const bytes = chunk as Uint8Array;
      if (done + bytes.length > maxBytes) throw tooLarge(url, maxBytes);
      for (let at = 0; at < bytes.length;) {
        at += (await file.write(bytes, at, bytes.length - at, done + at)).bytesWritten;
      }
      done += bytes.length;
      onBytes?.(done, total);
    }
    if (total !== undefined && done !== total) {
      throw new PassingFailure(`the connection ended after ${done} of ${total} bytes`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Only a strong validator may go into If-Range (RFC 9110, 13.1.5); without one the next attempt starts from zero. */
async function keepVersion(response: Response, part: string): Promise<void> {
  const tag = response.headers.get('etag');
  const version = tag !== null && !tag.startsWith('W/') ? tag : response.headers.get('last-modified');
  await rm(part, { force: true });
  await writeFile(`${part}.version`, version ?? '');
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function requireSafe(address: string, url: string): void {
  const { protocol, hostname } = URL.canParse(address) ? new URL(address) : { protocol: '', hostname: '' };
  const local = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !local) throw failed(url, `expected an https address, found ${address}`);
}

function isFileError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    /^(open|write|fsync|close|unlink)$/.test(String(error.syscall))
  );
}

function describe(error: unknown): string {
  // fetch says only "fetch failed" or "terminated"; the reason is the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = errnoCode(cause);
  return code === undefined || text.includes(code) ? text || String(code) : `${code}, ${text}`;
}

function failed(url: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError('DOWNLOAD_FAILED', `Could not download ${url}: ${reason}.`, {
    hint: 'Check the connection, and run the same command again: what has arrived is kept where the server allows to go on.',
    cause,
  });
}

function tooLarge(url: string, maxBytes: number): RegraftError {
  return failed(url, `the file is larger than the ${Math.round(maxBytes / 1e6)} MB expected at most`);
}
