import { rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeError } from '../../atomic-file.ts';
import { cancelledError, throwIfCancelled } from '../../errors.ts';
import { type AttemptOptions, attemptDownload } from './download-attempt.ts';
import { downloadError, PassingFailure } from './download-error.ts';
import { sizeOf } from './size-of.ts';

/** Longer than this no server is waited for. */
const longestWaitMs = 120_000;

/** Options of {@link downloadFile}. */
export interface DownloadOptions extends AttemptOptions {
  /** Takes the reason and the ms of a pause of more than ten seconds, which a server asked for. */
  onPause?: ((reason: string, ms: number) => void) | undefined;
  /** Pauses before the next attempts; counted anew after an attempt that brought bytes. @default [1000, 2000, 4000] */
  retryDelaysMs?: readonly number[] | undefined;
}

/**
 * Downloads a file over https, going on from where a broken connection or a killed process stopped when the server supports that
 * and still has the same file. What has arrived so far lies at `<destination>.part`. A server that answers 429 or 503 with
 * Retry-After is asked again then, within two minutes.
 *
 * @throws RegraftError `DOWNLOAD_FAILED` (a {@link RefusedError} when the server said no), `OUT_OF_DISK`, `NOT_WRITABLE` or `CANCELLED`.
 */
export async function downloadFile(
  url: string,
  destination: string,
  options: DownloadOptions,
): Promise<void> {
  throwIfCancelled(options.signal);
  const delays = options.retryDelaysMs ?? [1000, 2000, 4000];
  const part = `${destination}.part`;
  for (let failures = 0; ;) {
    const before = await sizeOf(part);
    try {
      await attemptDownload(url, part, options);
      await rm(`${part}.version`, { force: true });
      await rename(part, destination);
      return;
    } catch (error) {
      if (options.signal?.aborted === true) throw cancelledError();
      if (!(error instanceof PassingFailure)) throw writeError(part, error);
      if ((await sizeOf(part)) > before) failures = 0;
      const delay = delays[failures++];
      if (delay === undefined) throw downloadError(url, error.message, error.cause);
      await pause(url, error, delay, options);
    }
  }
}

async function pause(
  url: string,
  { message, retryAfterMs = 0 }: PassingFailure,
  delay: number,
  { onPause, signal }: DownloadOptions,
): Promise<void> {
  if (retryAfterMs > longestWaitMs) {
    throw downloadError(url, `${message} and asks to wait ${Math.round(retryAfterMs / 1000)} s`);
  }
  const ms = Math.max(delay, retryAfterMs);
  if (ms > 10_000) onPause?.(message, ms);
  await sleep(ms, undefined, { ...(signal ? { signal } : {}) }).catch(() => {
    throw cancelledError();
  });
}
