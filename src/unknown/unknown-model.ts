import type { Int8Rows } from './int8-rows.ts';

/**
 * What tells photos of none of the classes, as data. For a row of features x, with u = (x − mean) · inverseScale made unit length,
 * and v the columns of the last tap of (x − mean) · inverseScale made unit length:
 *
 *     score = min over classes (bias − weights · u)  +  offset − slope · ‖directions · v‖²
 *
 * The first part says by how many standard deviations the best-fitting class fits worse than it fits photos of its own; the second
 * how far the photo lies from the subspace of the known photos. Larger is more unknown.
 */
export interface UnknownModel {
  /** `[columns]` */
  readonly mean: Float32Array;
  /** `[columns]`, equal within a tap. */
  readonly inverseScale: Float32Array;
  /** `[classes, columns]` */
  readonly weights: Int8Rows;
  /** `[classes]` */
  readonly bias: Float32Array;
  /** An orthonormal basis of the subspace, `[directions, columns of the last tap]`. */
  readonly directions: Int8Rows;
  readonly offset: number;
  readonly slope: number;
}

/** A fitted {@link UnknownModel} with what a threshold is set by. */
export interface UnknownFit {
  readonly model: UnknownModel;
  /** Scores of known photos by statistics that were fitted without them. */
  readonly scores: Float64Array;
  /** How many photos the model was fitted on. */
  readonly photos: number;
}

/** A model with the score above which a photo is called unknown. */
export interface UnknownScore {
  readonly model: UnknownModel;
  readonly threshold: number;
  /** The share of known photos that the threshold is set to reject. */
  readonly falseRejection: number;
}

/** The method's name in model files and records: least squares on unit-length features, and the distance to a subspace. */
export const unknownMethod = 'least-squares-subspace';
