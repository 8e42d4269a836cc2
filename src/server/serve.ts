import { openApp } from './app.ts';
import type { ModelAnswer } from './answers.ts';
import { isLoopback } from './is-loopback.ts';
import { listen } from './listen.ts';
import { resolveServeOptions, type ServeOptions } from './options.ts';

export { type App, createApp } from './app.ts';
export type { ModelAnswer, PredictAnswer, PredictionAnswer } from './answers.ts';
export type { LogLevel } from './log-levels.ts';
export type { AppOptions, ServeOptions } from './options.ts';

/** A running server. */
export interface RunningServer extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The models when they were loaded first. */
  readonly models: readonly ModelAnswer[];
  /**
   * Takes no more photos, finishes those under way within so many ms, and stops.
   *
   * @param graceMs 10,000 unless given
   */
  readonly close: (graceMs?: number) => Promise<void>;
}

/**
 * Serves models over HTTP: see docs/serving.md.
 *
 * @param models Folders that `train` made, or their model.onnx; each is served under the name of its folder.
 * @throws RegraftError `INVALID_OPTION`, `CANNOT_LISTEN`, or as `loadClassifier`.
 */
export async function serve(
  models: string | readonly string[],
  options: ServeOptions = {},
): Promise<RunningServer> {
  const resolved = resolveServeOptions(options);
  const app = await openApp(models, resolved);
  const listening = await listen(app.fetch, resolved).catch(async (error: unknown) => {
    await app[Symbol.asyncDispose]();
    throw error;
  });
  const stop = async (graceMs: number): Promise<void> => {
    app.state.stopping = true;
    await listening.close(graceMs);
    await app[Symbol.asyncDispose]();
  };
  try {
    await app.load();
  } catch (error) {
    await stop(0);
    throw error;
  }
  const close = async (graceMs = 10_000): Promise<void> => {
    app.state.log.info({ graceMs }, 'stopping');
    await stop(graceMs);
  };
  const { log, models: list } = app.state;
  const isOpenToAll = resolved.token === undefined && !isLoopback(resolved.host);
  if (isOpenToAll) log.warn({ host: resolved.host }, 'other machines may use this server without a token');
  log.info({ url: listening.url, models: list.models.map(({ name }) => name) }, 'serving');
  return {
    url: listening.url,
    port: listening.port,
    models: list.models.flatMap(({ current }) => (current === undefined ? [] : [current.description])),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}
