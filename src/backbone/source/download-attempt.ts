import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Response } from 'undici';
import { errnoCode } from '../../atomic-file.ts';
import { RegraftError } from '../../errors.ts';
import { formatBytes } from './byte-progress.ts';
import { downloadError, PassingFailure, RefusedError } from './download-error.ts';
import { sizeOf } from './size-of.ts';
import { type RequestOptions, requestUrl } from './request-url.ts';
import { readRetryAfter } from './retry-after.ts';

/** Options of {@link attemptDownload}. */
export interface AttemptOptions extends Pick<RequestOptions, 'env' | 'onHeaders' | 'token'> {
  /** Takes the bytes so far and, when the server tells it, the size. */
  onBytes?: ((done: number, total: number | undefined) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** A larger file is refused. */
  maxBytes: number;
  /** An attempt ends when nothing has arrived for so long. @default 30000 */
  stallMs?: number | undefined;
}

/**
 * Asks for a file once, and writes what comes to `part`: all of it, or what is missing where the server still has the same file.
 *
 * @throws PassingFailure when another attempt may succeed, and goes on from `part`.
 * @throws RegraftError `DOWNLOAD_FAILED` when none will; also what the file system throws.
 */
export async function attemptDownload(url: string, part: string, options: AttemptOptions): Promise<void> {
  const version = await readFile(`${part}.version`, 'utf8').catch(() => '');
  const wanted = version === '' ? 0 : await sizeOf(part);
  const stall = new AbortController();
  const stallMs = options.stallMs ?? 30_000;
  const timer = setTimeout(() => stall.abort(), stallMs);
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
  const headers = {
    'accept-encoding': 'identity',
    ...(wanted > 0 ? { range: `bytes=${wanted}-`, 'if-range': version } : {}),
  };
  try {
    await requestUrl(url, { ...options, headers, signal }, async (response) => {
      const offset = await checkStatus(response, url, part, wanted);
      const total = totalOf(response, offset);
      if (total !== undefined && total > options.maxBytes) throw tooLarge(url, options.maxBytes, total);
      if (offset === 0) await keepVersion(response, part);
      await receive(response, part, offset, total, url, options, () => timer.refresh());
    });
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
  const { status, statusText, headers } = response;
  if (status === 206 && wanted > 0) {
    if (headers.get('content-range')?.startsWith(`bytes ${wanted}-`) === true) return wanted;
  } else if (status === 200) {
    return 0;
  }
  await response.body?.cancel();
  const answer = `the server answered ${status} ${statusText}`.trimEnd();
  if (status === 206 || status === 416) {
    await removePart(part);
    throw new PassingFailure(answer);
  }
  if (status >= 500 || status === 408 || status === 429) {
    const retryAfterMs = readRetryAfter(headers.get('retry-after'));
    throw new PassingFailure(answer, { retryAfterMs });
  }
  const hint = 'Check the address; the server said no, so asking again does not help.';
  throw new RefusedError(`Could not download ${url}: ${answer}.`, hint, response);
}

/** The length that the server tells counts the bytes sent, which are not the file's when it packs them unasked. */
function totalOf({ headers }: Response, offset: number): number | undefined {
  const length = headers.get('content-length');
  return length === null || isPacked(headers) ? undefined : offset + Number(length);
}

function isPacked(headers: Response['headers']): boolean {
  return !['', 'identity'].includes(headers.get('content-encoding') ?? '');
}

async function receive(
  response: Response,
  part: string,
  offset: number,
  total: number | undefined,
  url: string,
  { onBytes, maxBytes }: AttemptOptions,
  onChunk: () => void,
): Promise<void> {
  const file = await open(part, offset > 0 ? 'r+' : 'w');
  let fits = true;
  try {
    let done = offset;
    for await (const chunk of response.body ?? []) {
      onChunk();
      const bytes = chunk as Uint8Array;
      fits = done + bytes.length <= maxBytes;
      if (!fits) throw tooLarge(url, maxBytes, undefined);
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
    if (!fits) await removePart(part);
  }
}

async function removePart(part: string): Promise<void> {
  await Promise.all([part, `${part}.version`].map((path) => rm(path, { force: true })));
}

/** Only a strong validator may go into If-Range (RFC 9110, 13.1.5); without one the next attempt starts from zero. */
async function keepVersion({ headers }: Response, part: string): Promise<void> {
  const tag = headers.get('etag');
  const version = tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified');
  await mkdir(dirname(part), { recursive: true });
  await rm(part, { force: true });
  await writeFile(`${part}.version`, isPacked(headers) ? '' : (version ?? ''));
}

function isFileError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    /^(open|write|fsync|close|unlink|mkdir)$/.test(String(error.syscall))
  );
}

function describe(error: unknown): string {
  // fetch says only "fetch failed" or "terminated", and of a proxy "Request was cancelled"; the reason is the innermost cause.
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  const refusal = /^Proxy response \((\d+)\)/.exec(text)?.[1];
  if (refusal !== undefined) return `the proxy of HTTPS_PROXY answered ${refusal}`;
  const code = errnoCode(cause);
  return code === undefined || text.includes(code) ? text || String(code) : `${code}, ${text}`;
}

function tooLarge(url: string, maxBytes: number, bytes: number | undefined): RegraftError {
  const found = bytes === undefined ? 'it' : `the file (${formatBytes(bytes)})`;
  return downloadError(url, `${found} is larger than the ${formatBytes(maxBytes)} expected at most`);
}
