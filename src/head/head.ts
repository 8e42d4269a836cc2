import type { ZodType } from 'zod';
import type { FeatureMatrix } from '../features/feature-matrix.ts';
import type { OnProgress } from '../shared/progress.ts';

/** Feature rows with the class index of each. */
export interface LabelledRows {
  readonly features: FeatureMatrix;
  /** Class index of each row, `[rows]`. */
  readonly labels: Int32Array;
  /** In a multi-label data set: 1 where the row shows the class, else 0; `labels` then says nothing. `[rows, classes]` */
  readonly targets?: Uint8Array | undefined;
  /** An identity for each row; rows of equal identity (duplicate photos, views of one photo) stay in one fold. `[rows]` */
  readonly identities: readonly string[];
}

/** The photos of a part, one a row, with their features as the model will see them (averaged over its views). */
export interface LabelledFeatures extends LabelledRows {
  /** The rows to learn from where they are others: one for each photo and training view. Absent: the rows themselves. */
  readonly learn?: LabelledRows | undefined;
}

/** What a head is trained on. */
export interface HeadInput {
  readonly classes: number;
  /** Columns of each tap, in their order; absent: all are of one tap. */
  readonly taps?: readonly number[] | undefined;
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
  /** Of a multi-label data set: see {@link LabelledRows}. `[rows, classes]` */
  readonly targets?: Uint8Array | undefined;
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

/**
 * A step that features take on their way to the last layer. `dense`: `x · weightsᵀ + bias` with weights `[outputs, inputs]`;
 * `affine`: `x · factor + offset`, column by column; `relu`: `max(x, 0)`; `unit-length`: `x / max(‖x‖, 1e-12)`.
 */
export type HeadStep =
  | { readonly kind: 'dense'; readonly weights: Float32Array; readonly bias: Float32Array }
  | { readonly kind: 'affine'; readonly factor: Float32Array; readonly offset: Float32Array }
  | { readonly kind: 'relu' }
  | { readonly kind: 'unit-length' };

/** A classifier on features: the steps of `before`, if any, and then a linear layer, `logits = x · weightsᵀ + bias`. */
export interface FittedHead {
  readonly type: string;
  /** Steps from features as they are in the matrix to the rows that the weights are for; absent: none. */
  readonly before?: readonly HeadStep[] | undefined;
  /** `[classes, columns]` row-major, for what `before` gives (any standardisation of features folded in). */
  readonly weights: Float32Array;
  /** `[classes]` */
  readonly bias: Float32Array;
  /**
   * Fraction of the validation rows classified right (in a multi-label data set: in every class) by weights that were fitted on the
   * training rows alone; null without such rows.
   */
  readonly validationAccuracy: number | null;
  /** Of a multi-label data set: the mean average precision of the same weights on the validation rows. */
  readonly validationMeanAveragePrecision?: number | null;
  /** Of every photo that can be held out, or of as many drawn ones as there is memory for. */
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
