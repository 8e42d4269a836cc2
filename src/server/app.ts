import { buildApp } from './build-app.ts';
import { followFiles } from './follow-files.ts';
import { type AppOptions, type ResolvedAppOptions, resolveAppOptions } from './options.ts';
import { readPage } from './read-page.ts';
import { openState, type ServerState } from './server-state.ts';

/** A server as a function of a request, which any server of web standards can call, also as a part of another app of hono. */
export interface App extends AsyncDisposable {
  readonly fetch: (request: Request) => Promise<Response>;
}

/** An app with what the server around it has to know. */
export interface OpenedApp extends App {
  readonly state: ServerState;
  /**
   * Loads the models and follows their files.
   *
   * @throws RegraftError as `loadClassifier`
   */
  load(): Promise<void>;
}

/**
 * Loads models and gives the server for them as a function of a request. Disposing of it finishes what is under way.
 *
 * @param models Folders that `train` made, or their model.onnx; each is served under the name of its folder.
 * @throws RegraftError `INVALID_OPTION`, or as `loadClassifier`.
 */
export async function createApp(models: string | readonly string[], options: AppOptions = {}): Promise<App> {
  const app = await openApp(models, resolveAppOptions(options));
  try {
    await app.load();
    return {
      fetch: (request) => app.fetch(request),
      [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
    };
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Gives the app before its models are loaded: until then it is alive, but not ready.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export async function openApp(
  models: string | readonly string[],
  options: ResolvedAppOptions,
): Promise<OpenedApp> {
  const state = openState(typeof models === 'string' ? [models] : models, options);
  const app = buildApp(state, await readPage());
  let following: { stop(): Promise<void> } | undefined;
  return {
    state,
    fetch: async (request) => app.fetch(request),
    async load() {
      await state.models.load();
      for (const { name, current } of state.models.models) {
        state.metrics.load(name, 'loaded');
        state.log.info({ model: name, sha256: current?.description.sha256 }, 'model loaded');
      }
      following = followFiles(state.models.models, options.followMs, (model, outcome) => {
        const { name, current, lastError } = model;
        state.metrics.load(name, outcome);
        if (outcome === 'failed') state.log.error({ model: name, ...lastError }, 'model not taken');
        else state.log.info({ model: name, sha256: current?.description.sha256 }, 'model replaced');
      });
    },
    async [Symbol.asyncDispose]() {
      state.stopping = true;
      await following?.stop();
      await state.queue.idle();
      await state.models[Symbol.asyncDispose]();
    },
  };
}
