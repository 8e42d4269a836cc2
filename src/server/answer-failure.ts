import type { Context } from 'hono';
import { describeFailure } from './error-answer.ts';
import type { RequestVariables } from './route.ts';
import type { ServerState } from './server-state.ts';

/** Answers a request that failed, and logs what is no fault of the client. */
export function answerFailure(
  error: unknown,
  context: Context<RequestVariables>,
  { metrics, queue, log }: ServerState,
): Response {
  const { status, answer } = describeFailure(error);
  const { code } = answer.error;
  metrics.rejected(code);
  context.set('failed', code);
  if (status === 500) log.error({ err: error, code }, 'a request failed');
  if (status === 401) context.header('WWW-Authenticate', 'Bearer');
  if (status === 429) context.header('Retry-After', String(queue.retryAfterSeconds()));
  if (code === 'SERVER_NOT_READY') context.header('Retry-After', '2');
  if (status === 503) context.header('Connection', 'close');
  // hono knows no 499; nobody reads this answer.
  return context.json(answer, status === 499 ? 408 : status);
}
