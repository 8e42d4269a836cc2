import { z } from 'zod';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import { choice, invalidValue, parseOptions, text, wholeNumber } from '../options.ts';
import { failedPrediction, type Prediction, predictionOf } from '../prediction.ts';
import { fetchModel, type LoadProgress } from './fetch-model.ts';
import { fitPicture } from './fit-picture.ts';
import { type ExecutionProvider, openRuntime } from './open-runtime.ts';
import { readModel } from './read-model.ts';
import { readPhoto, type WebPhoto } from './read-photo.ts';

/** Options of {@link loadClassifier}. */
export interface WebClassifierOptions {
  /** What computes: the graphics card, the processor, or whichever is right and faster. @default 'auto' */
  readonly executionProvider?: ExecutionProvider | 'auto' | undefined;
  /** Where the `.mjs` and `.wasm` files of onnxruntime-web lie: a folder, with a slash at the end, or both files. @default beside its code */
  readonly wasmPaths?: string | { readonly mjs: string; readonly wasm: string } | undefined;
  /** Ends the loading. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how much of the model has come. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Options of {@link WebClassifier.classify}. */
export interface WebClassifyOptions {
  /** How many classes to give. @default 5 */
  readonly top?: number | undefined;
  /** Photos with more pixels are not read. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
}

/** A classifier in the browser, ready for photos. */
export interface WebClassifier extends AsyncDisposable {
  readonly url: string;
  readonly labels: readonly string[];
  readonly info: ModelMetadata;
  /** What computes. */
  readonly executionProvider: ExecutionProvider;
  /**
   * Classifies a photo: a file, an image, a frame of a video, a canvas, or pixels. What cannot be read gives a prediction with an `error`, as under Node.
   *
   * @throws RegraftError `RUNTIME_FAILED`, `INVALID_OPTION`, or `CLASSIFIER_CLOSED` after it was disposed of.
   */
  classify(photo: WebPhoto, options?: WebClassifyOptions): Promise<Prediction>;
}

const functionValue = z
  .custom<(progress: LoadProgress) => void>((value) => typeof value === 'function', { error: 'a function' })
  .optional();
const loadOptions = z.strictObject({
  executionProvider: choice(['auto', 'webgpu', 'wasm']).default('auto'),
  wasmPaths: z.union([text(), z.strictObject({ mjs: text(), wasm: text() })]).optional(),
  signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
  onProgress: functionValue,
});
const classifyOptions = z.strictObject({
  top: wholeNumber(1).default(5),
  maxPixels: wholeNumber(1).optional(),
});

/**
 * Loads a classifier: the `model.onnx` that `regraft train` made, or its folder, whose address ends in a slash.
 *
 * @throws RegraftError `MODEL_NOT_FOUND`, `MODEL_INVALID`, `NOT_A_CLASSIFIER`, `RUNTIME_MISSING`, `RUNTIME_FAILED`, `INVALID_OPTION`, `CANCELLED`.
 */
export async function loadClassifier(
  url: string | URL,
  options: WebClassifierOptions = {},
): Promise<WebClassifier> {
  const { executionProvider, wasmPaths, signal, onProgress } = parseOptions(
    loadOptions,
    options,
    'loadClassifier',
  );
  const address = modelAddress(url);
  const bytes = await fetchModel(address, signal, onProgress);
  const model = await readModel(bytes, address.href);
  throwIfCancelled(signal);
  const runtime = await openRuntime(model, { executionProvider, wasmPaths });
  const { metadata, fit } = model;

  let closed = false;
  // A session takes one photo at a time.
  let last: Promise<unknown> = Promise.resolve();

  const classify = async (
    photo: WebPhoto,
    { top, maxPixels }: z.output<typeof classifyOptions>,
  ): Promise<Prediction> => {
    let pixels: Uint8Array;
    try {
      pixels = fitPicture(await readPhoto(photo, maxPixels), fit);
    } catch (error) {
      if (!(error instanceof RegraftError) || error.code === 'INVALID_OPTION') throw error;
      return failedPrediction('', error);
    }
    return predictionOf('', await runtime.run(pixels), metadata, top);
  };

  return {
    url: address.href,
    labels: metadata.labels,
    info: metadata,
    executionProvider: runtime.provider,
    async classify(photo, options) {
      const resolved = parseOptions(classifyOptions, options, 'classify');
      if (closed) throw closedError(address);
      const prediction = last.then(() => classify(photo, resolved));
      last = prediction.catch(() => undefined);
      return prediction;
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      await last;
      await runtime.close();
    },
  };
}

function modelAddress(url: unknown): URL {
  const base = (globalThis as { location?: Location }).location?.href;
  if (typeof url === 'string' || url instanceof URL) {
    try {
      const address = new URL(url, base);
      return address.pathname.endsWith('/') ? new URL('model.onnx', address) : address;
    } catch {
      // Told below, as what is no text at all.
    }
  }
  throw invalidValue('an address', 'the model', url);
}

function closedError(address: URL): RegraftError {
  return new RegraftError(
    'CLASSIFIER_CLOSED',
    `The classifier of ${address.href} was disposed of and classifies no more photos.`,
    { hint: 'Load it again, or dispose of it later.' },
  );
}
