import type { Part } from './dataset.ts';

/** A file that a data set names as a photo, not looked at yet. */
export interface Candidate {
  /** Relative to the data set's root, with `/` on every platform. */
  readonly path: string;
  readonly file: string;
  /** Name of its class, as written; empty in a multi-label data set. */
  readonly label: string;
  /** In a multi-label data set: names of all its classes, possibly none. */
  readonly labels?: readonly string[];
  readonly part?: Part;
}

/** Where a data set's photos come from: class folders or a CSV. */
export interface PhotoSource {
  /** Absolute path of the folder, or of the folder that holds the CSV. */
  readonly root: string;
  readonly name: string;
  /** Finds the photos one by one; findings are complete when it has ended. */
  readonly candidates: () => AsyncIterable<Candidate>;
  /** What to do when it gives no class, one sentence. */
  readonly adviseOnNoClass: () => Promise<string>;
  /** What to do when it gives only one class, one sentence. */
  readonly adviseOnOneClass: (label: string) => Promise<string>;
}
