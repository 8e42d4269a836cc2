import type { Backbone } from '../backbone/backbone.ts';
import type { FeatureView } from './feature-view.ts';
import { openViewSessions } from './view-sessions.ts';

/** A network that gives the features of several views of a photo in one run. */
export interface ViewNetwork extends AsyncDisposable {
  readonly workers: number;
  /**
   * @param pixels - The network's input, uint8 `[height, width, 3]`; empty afterwards.
   * @param photo - SHA-256 of the photo's bytes, which augmented views follow from.
   * @returns by view, in their order: one array a tap.
   * @throws RegraftError As a session's `run` does.
   */
  run(pixels: Uint8Array, photo: string, signal: AbortSignal | undefined): Promise<Float32Array[][]>;
}

/**
 * Opens a network in worker threads for some views: see `openViewSessions`.
 *
 * @throws RegraftError As `openSessions` does.
 */
export async function openViewNetwork(
  { model, preprocess, taps }: Backbone,
  views: readonly FeatureView[],
  options: { workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<ViewNetwork> {
  const sessions = await openViewSessions(model, preprocess, views, options);
  return {
    workers: sessions.workers,
    async run(pixels, photo, signal) {
      const outputs = await sessions.run(pixels, photo, signal);
      return views.map((view) => {
        const row = sessions.rowOf(view);
        return taps.map(({ name, size }) =>
          (outputs[name]?.data as Float32Array).subarray(row * size, (row + 1) * size),
        );
      });
    },
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}
