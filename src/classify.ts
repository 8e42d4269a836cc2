// model.onnx → decode → run → probabilities
// model/       image/   runtime/

import { resolve } from 'node:path';
import { z } from 'zod';
import { RegraftError, throwIfCancelled } from './errors.ts';
import { decodeImage } from './image/decode.ts';
import { loadModel } from './model/load.ts';
import type { ModelMetadata } from './model/metadata.ts';
import { photoFitOf } from './model/photo-fit.ts';
import { commonOptions, parseOptions, parsePath, wholeNumber } from './options.ts';
import { checkPhotos, parsePhoto } from './photo-argument.ts';
import { failedPrediction, type Prediction, rankedPrediction, type UnknownVerdict } from './prediction.ts';
import { openSessions } from './runtime/session-pool.ts';

/** Options of {@link loadClassifier}. */
export interface ClassifierOptions {
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Classifier.classify}. */
export interface ClassifyOptions {
  /** How many classes to give for each photo. @default 5 */
  readonly top?: number | undefined;
  /** Photos with more pixels are not decoded. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A trained classifier, ready for photos. */
export interface Classifier extends AsyncDisposable {
  /** Path of the model file. */
  readonly path: string;
  readonly labels: readonly string[];
  readonly info: ModelMetadata;
  /**
   * Classifies one photo: a path, or the bytes of an image file.
   *
   * @throws RegraftError `CANCELLED`, `RUNTIME_FAILED`, `INVALID_OPTION`, or `CLASSIFIER_CLOSED` after it was disposed of.
   */
  classifyOne(photo: string | Uint8Array | ArrayBuffer, options?: ClassifyOptions): Promise<Prediction>;
  /**
   * Classifies photos on all cores; predictions come in the order given, and one that cannot be read has an `error` instead of a label.
   *
   * @throws RegraftError as `classifyOne` does.
   */
  classify(
    photos: Iterable<string | Uint8Array | ArrayBuffer>,
    options?: ClassifyOptions,
  ): AsyncGenerator<Prediction, void, undefined>;
}

const { workers, signal, maxPixels } = commonOptions;
const loadOptions = z.strictObject({ workers, signal });
const classifyOptions = z.strictObject({ top: wholeNumber(1).default(5), maxPixels, signal });

/**
 * Loads a classifier from the folder that `train` made, or from its `model.onnx`.
 *
 * @throws RegraftError `MODEL_NOT_FOUND`, `MODEL_INVALID`, `NOT_A_CLASSIFIER`, `RUNTIME_MISSING`, `INVALID_OPTION`.
 */
export async function loadClassifier(location: string, options: ClassifierOptions = {}): Promise<Classifier> {
  const resolved = parseOptions(loadOptions, options, 'loadClassifier');
  const { path, model, metadata } = await loadModel(parsePath(location, 'the model'));
  const { labels, preprocess } = metadata;
  const input = model.graph.inputs[0]?.name;
  if (preprocess === null || input === undefined) {
    throw new RegraftError('NOT_A_CLASSIFIER', `${path} holds only a head: it takes features, not photos.`, {
      hint: 'Train on the photos themselves to get a classifier: regraft train <folder of photos>.',
    });
  }
  const sessions = await openSessions(model, resolved);
  const fit = photoFitOf(preprocess);

  let closed = false;

  const classifyOne = async (
    given: string | Uint8Array | ArrayBuffer,
    options?: ClassifyOptions,
  ): Promise<Prediction> => {
    const { top, maxPixels, signal } = parseOptions(classifyOptions, options, 'classify');
    const photo = parsePhoto(given);
    if (closed) throw closedError(path);
    const name = typeof photo === 'string' ? photo : '';
    let data: Uint8Array;
    try {
      data = await decodeImage(photo, { ...fit, maxPixels });
    } catch (error) {
      if (!(error instanceof RegraftError)) throw error;
      return failedPrediction(name, error);
    }
    const image = { type: 'uint8', dims: [1, fit.height, fit.width, 3], data } as const;
    const { probabilities, unknown } = await sessions.run({ [input]: image }, { signal, transfer: true });
    const verdict = judge(unknown?.data[0], metadata.unknown);
    return rankedPrediction(name, probabilities?.data as Float32Array, metadata, top, verdict);
  };

  return {
    path: resolve(path),
    labels,
    info: metadata,
    classifyOne,
    async *classify(photos, options) {
      const { signal } = parseOptions(classifyOptions, options, 'classify');
      checkPhotos(photos);
      // A few more than the workers, so that decoding overlaps with inference; memory does not grow with the number of photos.
      const window = sessions.workers * 2 + 2;
      const pending: Promise<Prediction>[] = [];
      try {
        for (const photo of photos) {
          throwIfCancelled(signal);
          const prediction = classifyOne(photo, options);
          // Its error is thrown when its turn comes; until then it must not count as unhandled.
          prediction.catch(() => undefined);
          pending.push(prediction);
          if (pending.length >= window) yield await pending.shift()!;
        }
        while (pending.length > 0) yield await pending.shift()!;
      } finally {
        await Promise.allSettled(pending);
      }
    },
    [Symbol.asyncDispose]() {
      closed = true;
      return sessions[Symbol.asyncDispose]();
    },
  };
}

function judge(
  output: number | bigint | undefined,
  settings: ModelMetadata['unknown'],
): UnknownVerdict | undefined {
  if (settings === null || output === undefined) return undefined;
  const score = Number(output);
  return { score, isUnknown: score > settings.threshold };
}

function closedError(path: string): RegraftError {
  return new RegraftError(
    'CLASSIFIER_CLOSED',
    `The classifier of ${path} was disposed of and classifies no more photos.`,
    {
      hint: 'Load it again, or dispose of it later.',
    },
  );
}
