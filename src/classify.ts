// model.onnx → decode → run → probabilities
// model/       image/   runtime/

import { resolve } from 'node:path';
import { z } from 'zod';
import { RegraftError } from './errors.ts';
import { type Explainer, openExplainer } from './explain/explainer.ts';
import { explainPhoto, type ExplainOptions, type Explanation } from './explain-photo.ts';
import { decodeImage } from './image/decode.ts';
import { runInOrder } from './in-order.ts';
import { loadModel } from './model/load.ts';
import type { ModelMetadata } from './model/metadata.ts';
import { photoFitOf } from './model/photo-fit.ts';
import { commonOptions, parseOptions, parsePath, text, wholeNumber } from './options.ts';
import { checkPhotos, parsePhoto } from './photo-argument.ts';
import { failedPrediction, type Prediction, predictionOf } from './prediction.ts';
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

type Photo = string | Uint8Array | ArrayBuffer;

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
  classifyOne(photo: Photo, options?: ClassifyOptions): Promise<Prediction>;
  /**
   * Classifies photos on all cores; predictions come in the order given, and one that cannot be read has an `error` instead of a label.
   *
   * @throws RegraftError as `classifyOne` does.
   */
  classify(
    photos: Iterable<Photo> | AsyncIterable<Photo>,
    options?: ClassifyOptions,
  ): AsyncGenerator<Prediction, void, undefined>;
  /**
   * Shows which places of a photo speak for a class. The first call opens the graphs that this takes, beside those that classify.
   *
   * @throws RegraftError As `classifyOne` does, the reason when the photo cannot be read, and `NOT_EXPLAINABLE`.
   */
  explain(photo: Photo, options?: ExplainOptions): Promise<Explanation>;
}

const { workers, signal, maxPixels } = commonOptions;
const loadOptions = z.strictObject({ workers, signal });
const classifyOptions = z.strictObject({ top: wholeNumber(1).default(5), maxPixels, signal });
const explainOptions = classifyOptions.extend({ label: text().optional() });

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
  if (preprocess === null || input === undefined) throw notAClassifier(path);
  const sessions = await openSessions(model, resolved);
  const fit = photoFitOf(preprocess);
  let explainer: Promise<Explainer> | undefined;
  let closed = false;

  const classifyOne = async (given: Photo, options?: ClassifyOptions): Promise<Prediction> => {
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
    const outputs = await sessions.run({ [input]: image }, { signal, transfer: true });
    return predictionOf(name, outputs, metadata, top);
  };

  return {
    path: resolve(path),
    labels,
    info: metadata,
    classifyOne,
    async *classify(photos, options) {
      const { signal } = parseOptions(classifyOptions, options, 'classify');
      checkPhotos(photos);
      // A few more than the workers, so that decoding overlaps with inference.
      const window = sessions.workers * 2 + 2;
      yield* runInOrder(photos, (photo) => classifyOne(photo, options), window, signal);
    },
    async explain(given, options) {
      const parsed = parseOptions(explainOptions, options, 'explain');
      const photo = parsePhoto(given);
      if (closed) throw closedError(path);
      explainer ??= openExplainer({ path, model, metadata }, (graph) => sessions.openBeside(graph));
      return explainPhoto(photo, { explainer: await explainer, metadata, fit }, parsed);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      // Graphs that are being opened are closed with the sessions once they are there.
      await explainer?.catch(() => undefined);
      await sessions[Symbol.asyncDispose]();
    },
  };
}

function notAClassifier(path: string): RegraftError {
  return new RegraftError('NOT_A_CLASSIFIER', `${path} holds only a head: it takes features, not photos.`, {
    hint: 'Train on the photos themselves to get a classifier: regraft train <folder of photos>.',
  });
}

function closedError(path: string): RegraftError {
  const message = `The classifier of ${path} was disposed of and classifies no more photos.`;
  return new RegraftError('CLASSIFIER_CLOSED', message, { hint: 'Load it again, or dispose of it later.' });
}
