/**
 * Every error code of Regraft with what it means; docs/errors.md explains each, and a test keeps the two in step.
 */
export const errorCodes = {
  // The caller's input
  INVALID_OPTION: 'An option has a value that is not allowed, or is not known.',
  CANCELLED: 'The work was cancelled by Ctrl-C, another signal, or an AbortSignal.',
  OUT_OF_DISK: 'The disk is full.',
  NOT_WRITABLE: 'A file or folder cannot be written.',
  // Datasets
  DATASET_NOT_FOUND: 'The folder or CSV of photos does not exist.',
  DATASET_UNREADABLE: 'The folder or CSV of photos cannot be read.',
  NO_CLASSES: 'No class folder with photos was found.',
  ONE_CLASS: 'Only one class was found; a classifier needs two.',
  CLASS_TOO_SMALL: 'A class has too few photos for a training, a validation and a test part.',
  INVALID_CSV: 'A CSV file has a missing column or a broken row.',
  INVALID_SPLIT: 'A split file does not fit the photos.',
  // Single photos: listed, and fatal only with `strict`
  PHOTO_NOT_FOUND: 'A photo that a CSV or the command line names does not exist.',
  PHOTO_UNREADABLE: 'A photo cannot be opened (permissions, or an input/output error).',
  PHOTO_EMPTY: 'A photo file has no bytes.',
  NOT_AN_IMAGE: 'A file is not an image that Regraft knows.',
  FORMAT_UNSUPPORTED: 'A file is an image of a format that Regraft does not decode (HEIC, BMP, SVG, …).',
  PHOTO_CORRUPT: 'A photo is truncated or damaged and cannot be decoded.',
  PHOTO_TOO_LARGE: 'A photo has more pixels than the limit.',
  PHOTO_IN_TWO_CLASSES: 'The same photo lies in two classes.',
  CLASS_UNKNOWN: 'A photo to evaluate a model on is of a class that the model does not know.',
  // Networks
  BACKBONE_UNKNOWN: 'No network of that name is in the catalogue.',
  BACKBONE_HASH_MISMATCH: 'A network file does not have the SHA-256 that the catalogue pins.',
  BACKBONE_INVALID: 'A network file cannot be read.',
  PREPROCESS_UNKNOWN: 'A network does not say how photos are prepared for it.',
  OPERATOR_UNSUPPORTED: 'A network uses an operator that the importer does not know.',
  NOT_DIFFERENTIABLE: 'A network has an operator that no gradient can be taken through.',
  OFFLINE: 'A download is needed, but REGRAFT_OFFLINE=1 is set.',
  DOWNLOAD_FAILED: 'A download failed.',
  // Runtime
  RUNTIME_MISSING: 'onnxruntime-node is not installed or cannot be loaded.',
  RUNTIME_FAILED: 'onnxruntime reported an error.',
  // Features
  STORE_BUSY: 'Another process is using the store for the same thing and did not finish in time.',
  FEATURES_INVALID:
    'Features are gone or contain values that are not finite, or a bottleneck file cannot be read.',
  // Fine-tuning
  DISK_LIMIT: 'The activations of a fine-tuning would take more of the disk than is allowed.',
  TUNING_DIVERGED: 'The loss of a fine-tuning left all bounds before an epoch was done.',
  CHECKPOINT_MISMATCH: 'A fine-tuning to resume was begun with other photos or options.',
  // Models
  MODEL_NOT_FOUND: 'The model file or folder does not exist.',
  MODEL_INVALID: 'A file is not a Regraft model, or it is damaged.',
  NOT_A_CLASSIFIER: 'A model holds only a head and cannot classify photos.',
  CLASSIFIER_CLOSED: 'A classifier was used after it was disposed of.',
  NOT_EXPLAINABLE: "A model's classes cannot be traced to places in the photo.",
  NO_PHOTO_READ: 'None of the photos could be read.',
  // Finished trainings
  RUN_NOT_FOUND: 'A path is not the folder of a finished training.',
  RUN_INVALID: 'A file of a finished training is missing, damaged, or of another kind of task.',
  RUNS_DIFFER: 'Trainings cannot be compared: other classes, labels, test photos or seeds.',
} as const;

/** The code of an error: stable, meant for programs. */
export type ErrorCode = keyof typeof errorCodes;

/** What a {@link RegraftError} may carry besides its code and message. */
export interface RegraftErrorOptions {
  /** What the user can do about it, one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * An expected failure: its message says what was expected, what was found and where; its hint what to do.
 * Anything else that is thrown is a defect of Regraft.
 */
export class RegraftError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: RegraftErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegraftError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** Gives the error for work that a signal has cancelled. */
export function cancelledError(): RegraftError {
  return new RegraftError('CANCELLED', 'Cancelled.', {
    hint: 'What was computed so far is kept: the same command goes on from there.',
  });
}

/** Throws {@link cancelledError} when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelledError();
}
