import { RegraftError } from '../errors.ts';
import type { BodyBudget } from './body-budget.ts';

/** A body in memory; disposing of it gives its bytes back to the budget. */
export interface HeldBody extends Disposable {
  readonly bytes: Uint8Array;
}

/**
 * Reads the body of a request, and no more than the limit of it: what claims to be larger is refused before a byte is read.
 *
 * @throws RegraftError `BODY_TOO_LARGE`, `BODY_INVALID` when it ends early, `SERVER_BUSY` when too many bytes are held.
 */
export async function readBody(request: Request, maxBytes: number, budget: BodyBudget): Promise<HeldBody> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLargeError(maxBytes, announced);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    for (;;) {
      const next = await readChunk(reader);
      if (next === undefined) break;
      budget.take(next.length);
      length += next.length;
      if (length > maxBytes) throw tooLargeError(maxBytes);
      chunks.push(next);
    }
  } catch (error) {
    budget.give(length);
    void discardRest(reader);
    throw error;
  }
  const [first = new Uint8Array()] = chunks;
  return {
    bytes: chunks.length < 2 ? first : Buffer.concat(chunks, length),
    [Symbol.dispose]: () => budget.give(length),
  };
}

async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch (error) {
    throw new RegraftError('BODY_INVALID', 'Expected a whole body, but it ended early.', {
      hint: 'Send the request again.',
      cause: error,
    });
  }
}

const mostDiscarded = 64_000_000;

// A connection that is reset while its client still sends takes the answer with it. So what is left is taken off, within reason.
async function discardRest(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  try {
    for (let bytes = 0; bytes < mostDiscarded;) {
      const { value, done = true } = (await reader?.read()) ?? {};
      if (done) return;
      bytes += value?.length ?? 0;
    }
    await reader?.cancel();
  } catch {
    // The client has gone.
  }
}

function tooLargeError(maxBytes: number, found?: number): RegraftError {
  return new RegraftError(
    'BODY_TOO_LARGE',
    `Expected a body of at most ${maxBytes} bytes but found ${found ?? 'more'}.`,
    { hint: 'Scale the photo down, or send fewer at once; `regraft serve --max-body` sets the limit.' },
  );
}
