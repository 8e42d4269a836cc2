import type { Part } from '../dataset/dataset.ts';

/** A photo of the data set that an update makes, known by its content. */
export interface LabelledPhoto {
  /** Absolute path. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** Names of its classes; one where a photo has one class. */
  readonly labels: readonly string[];
  /** The part that it had in the training, or that its folder prescribes; absent: it is dealt by its hash. */
  readonly part?: Part;
  /** As the model's `split.csv` calls it; absent: it is new. */
  readonly listed?: string;
}
