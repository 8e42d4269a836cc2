import type { RunRecord } from '../model/run-record.ts';

/** A test photo with what a finished run says of it. */
export interface TestedPhoto {
  /** SHA-256 of the photo's bytes; of a second copy of the same photo with `#2` behind it, and so on. */
  readonly key: string;
  /** As the run's dataset calls it. */
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly right: boolean;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Probability of the right class. */
  readonly likelihood: number;
}

/** A finished training, read back from its folder. */
export interface FinishedRun {
  /** Absolute path without links. */
  readonly folder: string;
  readonly record: RunRecord;
  /** SHA-256 of the list of the photos that it learned from or was chosen by: equal for equal photos, in any order. */
  readonly learnedFrom: string;
  /** In the order of `predictions.csv`. */
  readonly tested: readonly TestedPhoto[];
}
