import type { Backbone } from '../backbone/backbone.ts';
import { augmentPixels } from '../image/augment.ts';
import { attachViews, extraInput } from '../onnx/attach-views.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { augmentationOf, type AugmentedView, type FeatureView, isPhotoView } from './feature-view.ts';

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
 * Opens a network in worker threads for some views. Those that a model file can make are made inside the graph, as it does; augmented ones are made here and follow them
 * in the batch.
 *
 * @throws RegraftError As `openSessions` does.
 */
export async function openViewNetwork(
  backbone: Backbone,
  views: readonly FeatureView[],
  options: { workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<ViewNetwork> {
  const { width, height } = backbone.preprocess;
  const made = views.filter(isPhotoView);
  const augmented = views.filter((view): view is AugmentedView => !isPhotoView(view));
  const model =
    made.length === 0
      ? backbone.model
      : attachViews(backbone.model, made, { withExtra: augmented.length > 0 });
  const sessions = await openSessions(model, options);
  const rowOf = new Map<FeatureView, number>([...made, ...augmented].map((view, row) => [view, row]));
  const asImage = (data: Uint8Array) =>
    ({ type: 'uint8', dims: [data.length / (width * height * 3), height, width, 3], data }) as const;
  return {
    workers: sessions.workers,
    async run(pixels, photo, signal) {
      const pictures = await drawAugmented(pixels, { width, height }, augmented, photo);
      const image = asImage(made.length === 0 ? pictures : pixels);
      const extra = made.length === 0 || augmented.length === 0 ? {} : { [extraInput]: asImage(pictures) };
      const outputs = await sessions.run({ image, ...extra }, { signal, transfer: true });
      return views.map((view) => {
        const row = rowOf.get(view) ?? 0;
        return backbone.taps.map(({ name, size }) =>
          (outputs[name]?.data as Float32Array).subarray(row * size, (row + 1) * size),
        );
      });
    },
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

async function drawAugmented(
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  views: readonly AugmentedView[],
  photo: string,
): Promise<Uint8Array> {
  const pictures = new Uint8Array(views.length * pixels.length);
  for (const [index, view] of views.entries()) {
    pictures.set(
      await augmentPixels(pixels, size, augmentationOf(view), `${photo} ${view}`),
      index * pixels.length,
    );
  }
  return pictures;
}
