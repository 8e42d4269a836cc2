import { augmentPixels } from '../image/augment.ts';
import { attachViews, extraInput } from '../onnx/attach-views.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { augmentationOf, type AugmentedView, type FeatureView, isPhotoView } from './feature-view.ts';

/** A graph that looks at several views of a photo in one run. */
export interface ViewSessions extends AsyncDisposable {
  readonly workers: number;
  /**
   * @param pixels - The graph's input, uint8 `[height, width, 3]`; empty afterwards.
   * @param photo - SHA-256 of the photo's bytes, which augmented views follow from.
   * @returns the graph's outputs, a row a view: see `rowOf`.
   * @throws RegraftError As a session's `run` does.
   */
  run(
    pixels: Uint8Array,
    photo: string,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, Tensor>>>;
  /** The row of a view in the outputs. */
  rowOf(view: FeatureView): number;
}

/**
 * Opens a graph with the input `image`, uint8 `[N, height, width, 3]`, in worker threads for some views. Those that a model file can make are made inside the graph, as it
 * does; augmented ones are made here and follow them in the batch.
 *
 * @throws RegraftError As `openSessions` does.
 */
export async function openViewSessions(
  model: Model,
  size: { readonly width: number; readonly height: number },
  views: readonly FeatureView[],
  options: { workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<ViewSessions> {
  const { width, height } = size;
  const made = views.filter(isPhotoView);
  const augmented = views.filter((view): view is AugmentedView => !isPhotoView(view));
  const whole = made.length === 0 ? model : attachViews(model, made, { withExtra: augmented.length > 0 });
  const sessions = await openSessions(whole, options);
  const rowOf = new Map<FeatureView, number>([...made, ...augmented].map((view, row) => [view, row]));
  const asImage = (data: Uint8Array) =>
    ({ type: 'uint8', dims: [data.length / (width * height * 3), height, width, 3], data }) as const;
  return {
    workers: sessions.workers,
    async run(pixels, photo, signal) {
      const pictures = await drawAugmented(pixels, size, augmented, photo);
      const image = asImage(made.length === 0 ? pictures : pixels);
      const extra = made.length === 0 || augmented.length === 0 ? {} : { [extraInput]: asImage(pictures) };
      return await sessions.run({ image, ...extra }, { signal, transfer: true });
    },
    rowOf: (view) => rowOf.get(view) ?? 0,
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
