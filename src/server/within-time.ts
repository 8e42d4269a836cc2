import { cancelledError, RegraftError } from '../errors.ts';

/**
 * Does the work of a request for at most so long, and not for a client that has gone. The work's own signal is aborted in both cases; what it
 * cannot interrupt ends in the background.
 *
 * @throws RegraftError `ANSWER_TIMED_OUT`, `CANCELLED`, or what the work throws.
 */
export function withinTime<T>(
  client: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const stop = (error: RegraftError): void => {
      // First: the work's own error of being cancelled comes too late then.
      reject(error);
      controller.abort();
    };
    const leave = (): void => stop(cancelledError());
    const timer = setTimeout(() => stop(timeoutError(timeoutMs)), timeoutMs);
    client.addEventListener('abort', leave, { once: true });
    if (client.aborted) leave();
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        client.removeEventListener('abort', leave);
      });
  });
}

function timeoutError(timeoutMs: number): RegraftError {
  return new RegraftError(
    'ANSWER_TIMED_OUT',
    `Expected an answer within ${timeoutMs / 1000} s but it took longer.`,
    {
      hint: 'Send it again later; `regraft serve --timeout` sets the limit.',
    },
  );
}
