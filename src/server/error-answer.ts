import { type ErrorCode, RegraftError } from '../errors.ts';
import type { ErrorAnswer } from './answers.ts';

/** The status of each error that a request can lead to; any other is a failure of the server, 500. */
const statuses: Partial<Record<ErrorCode, ErrorStatus>> = {
  INVALID_OPTION: 400,
  BODY_INVALID: 400,
  UNAUTHORIZED: 401,
  MODEL_UNKNOWN: 404,
  ROUTE_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  NOT_AN_IMAGE: 415,
  FORMAT_UNSUPPORTED: 415,
  PHOTO_EMPTY: 422,
  PHOTO_CORRUPT: 422,
  PHOTO_TOO_LARGE: 422,
  NOT_EXPLAINABLE: 422,
  SERVER_BUSY: 429,
  // The client has gone and reads no answer; the status is for log and metrics, as nginx has it.
  CANCELLED: 499,
  SERVER_NOT_READY: 503,
  ANSWER_TIMED_OUT: 504,
};

/** The statuses of failed requests. */
export type ErrorStatus = 400 | 401 | 404 | 405 | 413 | 415 | 422 | 429 | 499 | 500 | 503 | 504;

/** Gives the status and the body of a failed request; a defect shows no more than that it is one. */
export function describeFailure(error: unknown): { status: ErrorStatus; answer: ErrorAnswer } {
  if (!(error instanceof RegraftError)) {
    const message = 'The server failed in a way that it does not know; its log says more.';
    return { status: 500, answer: { error: { code: 'UNEXPECTED', message } } };
  }
  const { code, message, hint } = error;
  return {
    status: statuses[code] ?? 500,
    answer: { error: { code, message, ...(hint !== undefined && { hint }) } },
  };
}
