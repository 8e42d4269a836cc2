// model.onnx → decode → run → probabilities
// model/       image/   runtime/

import { resolve } from 'node:path';
import { z } from 'zod';
import { type ErrorCode, RegraftError, throwIfCancelled } from './errors.ts';
import { decodeImage } from './image/decode.ts';
import { loadModel } from './model/load.ts';
import type { ModelMetadata } from './model/metadata.ts';
import { photoFitOf } from './model/photo-fit.ts';
import { commonOptions, parseOptions, wholeNumber } from './options.ts';
import { openSessions } from './runtime/session-pool.ts';

/** A class with its calibrated probability. */
export interface ScoredLabel {
  readonly label: string;
  readonly probability: number;
}

/** What a classifier says of one photo. */
export interface Prediction {
  /** The path as it was given; empty for bytes. */
  readonly path: string;
  /** The most probable class; null when the photo could not be read. */
  readonly label: string | null;
  readonly probability: number | null;
  /** The most probable classes, most probable first. */
  readonly top: readonly ScoredLabel[];
  /** Why the photo could not be read. */
  readonly error?: { readonly code: ErrorCode; readonly reason: string };
}

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
  /** Classifies one photo: a path, or the bytes of an image file. */
  classifyOne(photo: string | Uint8Array, options?: ClassifyOptions): Promise<Prediction>;
  /**
   * Classifies photos on all cores; predictions come in the order given, and one that cannot be read has an `error` instead of a label.
   *
   * @throws RegraftError `CANCELLED`, `RUNTIME_FAILED`, or `INVALID_OPTION`.
   */
  classify(
    photos: Iterable<string | Uint8Array>,
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
  const { path, model, metadata } = await loadModel(location);
  const { labels, preprocess } = metadata;
  const input = model.graph.inputs[0]?.name;
  if (preprocess === null || input === undefined) {
    throw new RegraftError('NOT_A_CLASSIFIER', `${path} holds only a head: it takes features, not photos.`, {
      hint: 'Train on the photos themselves to get a classifier: regraft train <folder of photos>.',
    });
  }
  const sessions = await openSessions(model, resolved);
  const fit = photoFitOf(preprocess);

  const classifyOne = async (
    photo: string | Uint8Array,
    given: ClassifyOptions = {},
  ): Promise<Prediction> => {
    const { top, maxPixels, signal } = parseOptions(classifyOptions, given, 'classify');
    const name = typeof photo === 'string' ? photo : '';
    let data: Uint8Array;
    try {
      data = await decodeImage(photo, { ...fit, maxPixels });
    } catch (error) {
      if (!(error instanceof RegraftError)) throw error;
      return {
        path: name,
        label: null,
        probability: null,
        top: [],
        error: { code: error.code, reason: error.message },
      };
    }
    const image = { type: 'uint8', dims: [1, fit.height, fit.width, 3], data } as const;
    const { probabilities } = await sessions.run({ [input]: image }, { signal, transfer: true });
    return { path: name, ...rank(probabilities?.data as Float32Array, labels, top) };
  };

  return {
    path: resolve(path),
    labels,
    info: metadata,
    classifyOne,
    async *classify(photos, given = {}) {
      // A few more than the workers, so that decoding overlaps with inference; memory does not grow with the number of photos.
      const window = sessions.workers * 2 + 2;
      const pending: Promise<Prediction>[] = [];
      try {
        for (const photo of photos) {
          throwIfCancelled(given.signal);
          const prediction = classifyOne(photo, given);
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
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

function rank(
  probabilities: Float32Array,
  labels: readonly string[],
  top: number,
): Omit<Prediction, 'path' | 'error'> {
  const scored = labels.map((label, index) => ({ label, probability: probabilities[index] ?? 0 }));
  scored.sort((a, b) => b.probability - a.probability);
  const [best] = scored;
  return { label: best?.label ?? null, probability: best?.probability ?? null, top: scored.slice(0, top) };
}
