import type { Context } from 'hono';
import type { LoadedServed } from './load-served.ts';
import { readBody } from './read-body.ts';
import { readPhotos, type SentPhotos } from './read-photos.ts';
import type { RequestVariables } from './route.ts';
import type { ServerState } from './server-state.ts';
import { withinTime } from './within-time.ts';

/** The photos of a request and what became of each. */
export interface WorkedPhotos<T> extends SentPhotos {
  /** In the order of the photos. */
  readonly results: readonly T[];
}

/**
 * Reads the photos of a request and works on each when its turn comes, all with the same file of the model.
 *
 * @throws RegraftError `MODEL_UNKNOWN`, `SERVER_NOT_READY`, `SERVER_BUSY`, `BODY_TOO_LARGE`, `BODY_INVALID`, `ANSWER_TIMED_OUT`, `CANCELLED`, or what the work throws.
 */
export async function workOnPhotos<T>(
  context: Context<RequestVariables>,
  state: ServerState,
  maxFiles: number,
  work: (loaded: LoadedServed, photo: Uint8Array, signal: AbortSignal) => Promise<T>,
): Promise<WorkedPhotos<T>> {
  const { options, queue, bodies } = state;
  const { raw } = context.req;
  const model = state.models.find(context.req.param('name') ?? '');
  model.checkReady();
  queue.checkRoom();
  using body = await readBody(raw, options.maxBodyBytes, bodies);
  const sent = readPhotos(body.bytes, raw.headers.get('content-type'), maxFiles);
  context.set('noted', { model: model.name, photos: sent.photos.length, bytes: body.bytes.length });
  const results = await withinTime(raw.signal, options.timeoutMs, (signal) =>
    model.use((loaded) =>
      queue.run(
        sent.photos.map(
          ({ bytes }) =>
            () =>
              work(loaded, bytes, signal),
        ),
        signal,
      ),
    ),
  );
  return { ...sent, results };
}
