import { RegraftError } from '../../errors.ts';

/** Gives the error for a download that failed for a reason that another attempt would meet again, or met too often. */
export function downloadError(url: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError('DOWNLOAD_FAILED', `Could not download ${url}: ${reason}.`, {
    hint: 'Check the connection and the proxy (HTTPS_PROXY, NO_PROXY), and run the same command again: what has arrived is kept where the server allows to go on.',
    cause,
  });
}

/** A `DOWNLOAD_FAILED` because the server said no, with the status and headers of its answer. */
export class RefusedError extends RegraftError {
  readonly status: number;
  readonly headers: { get: (name: string) => string | null };

  constructor(
    message: string,
    hint: string,
    { status, headers }: Pick<RefusedError, 'status' | 'headers'>,
    cause?: unknown,
  ) {
    super('DOWNLOAD_FAILED', message, { hint, cause });
    this.status = status;
    this.headers = headers;
  }
}

/** A failure that another attempt may not meet. */
export class PassingFailure extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}
