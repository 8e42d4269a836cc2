import type { ZodType } from 'zod';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import type { OnProgress } from '../shared/progress.ts';

/** Feature rows with the class index of each. */
export interface LabelledFeatures {
  readonly features: FeatureMatrix;
  /** Class index of each row, `[rows]`. */
  readonly labels: Int32Array;
  /** An identity for each row; rows of equal identity (duplicate photos) stay in one fold. `[rows]` */
  readonly identities: readonly string[];
}

/** What a head is trained on. */
export interface HeadInput {
  readonly classes: number;
  readonly training: LabelledFeatures;
  /** May have no rows (tiny datasets with `allowSmall`). */
  readonly validation: LabelledFeatures;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Scores for rows that the scoring weights were not fitted on: what calibration is fitted on. */
export interface OutOfFold {
  /** `[rows, classes]` */
  readonly logits: Float32Array;
  /** `[rows]` */
  readonly labels: Int32Array;
}

/** A point of a training curve; accuracies are fractions. */
export interface CurvePoint {
  readonly step: number;
  readonly trainAccuracy: number;
  readonly crossEntropy: number;
  readonly validationAccuracy: number;
}

/** One value of a hyper-parameter that was tried. */
export interface L2Trial {
  readonly l2: number;
  readonly validationAccuracy: number | null;
  readonly validationLogLoss: number | null;
}

/** A linear classifier on features: `logits = features · weightsᵀ + bias`. */
export interface FittedHead {
  readonly type: string;
  /** `[classes, columns]` row-major, for features as they are in the matrix (any standardisation folded in). */
  readonly weights: Float32Array;
  /** `[classes]` */
  readonly bias: Float32Array;
  /** Fraction of the validation rows classified right by weights that were fitted on the training rows alone; null without such rows. */
  readonly validationAccuracy: number | null;
  readonly outOfFold: OutOfFold;
  readonly curve?: readonly CurvePoint[];
  readonly trials?: readonly L2Trial[];
  /** The resolved options and what was chosen, as run.json keeps them. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

/** A way to train a head. Deterministic: equal input, options and seed give equal bytes. */
export interface HeadTrainer<Options extends object = object> {
  readonly type: string;
  /** Validates and completes the options; refuses unknown keys. */
  readonly options: ZodType<Options>;
  /**
   * @throws RegraftError `CANCELLED` when the signal is aborted, `FEATURES_INVALID` on values that are not finite.
   */
  fit(input: HeadInput, options: Options): Promise<FittedHead>;
}
