import type { Int8Rows } from './int8-rows.ts';

/**
 * What tells photos of none of the classes, as data. For a row of features, u is the row less the mean with the columns of each tap made
 * unit length, and v its columns of the last tap:
 *
 *     score = min over classes (bias − weights · u)
 *           + similar.offset − similar.slope · max over photos (photos · directions · u)
 *           + max(0, within.offset − within.slope · ‖within.directions · v‖²)
 *
 * The first line says by how many standard deviations the best-fitting class fits worse than it fits photos of its own, the second how
 * unlike the photo is to the most similar one that was learned from, the third how far it lies from the subspace of those photos.
 * Larger is more unknown.
 */
export interface UnknownModel {
  /** Columns of each tap, in their order. */
  readonly taps: readonly number[];
  /** `[columns]` */
  readonly mean: Float32Array;
  /** `[classes, columns]` */
  readonly weights: Int8Rows;
  /** `[classes]` */
  readonly bias: Float32Array;
  readonly similar: Term & {
    /** Directions along which photos that were learned from vary most, `[directions, columns]`. */
    readonly directions: Int8Rows;
    /** What those photos have of each, `[photos, directions]`. */
    readonly photos: Int8Rows;
  };
  readonly within: Term & {
    /** The same for the columns of the last tap alone, `[directions, columns of the last tap]`; with one tap the same object. */
    readonly directions: Int8Rows;
  };
}

interface Term {
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

/** The method's name in model files and records: least squares on unit-length features, the most similar photo, and a subspace. */
export const unknownMethod = 'least-squares-neighbour-subspace';
