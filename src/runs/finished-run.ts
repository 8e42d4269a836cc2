import type { Part } from '../dataset/dataset.ts';
import type { RunRecord } from '../model/run-record.ts';

/** A test photo with what a finished run says of it. */
export interface TestedPhoto {
  /** SHA-256 of the photo's bytes; of a second copy of the same photo with `#2` behind it, and so on. */
  readonly key: string;
  /** As the run's dataset calls it. */
  readonly path: string;
  readonly label: string;
  readonly right: boolean;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Probability of the right class. */
  readonly likelihood: number;
}

/** A photo that a finished run used, in any part. */
export interface UsedPhoto {
  readonly path: string;
  readonly sha256: string;
  readonly part: Part;
}

/** A finished training, read back from its folder. */
export interface FinishedRun {
  /** Absolute path without links. */
  readonly folder: string;
  readonly record: RunRecord;
  readonly photos: readonly UsedPhoto[];
  /** In the order of `predictions.csv`. */
  readonly tested: readonly TestedPhoto[];
}
