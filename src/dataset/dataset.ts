import type { ErrorCode } from '../errors.ts';
import type { Task } from '../shared/task.ts';

/** The part of a dataset that a photo belongs to. */
export type Part = 'training' | 'validation' | 'test';

/** One readable photo of a dataset. */
export interface Photo {
  /** Path relative to the dataset's root, with `/` on every platform. */
  readonly path: string;
  /** Absolute path. */
  readonly file: string;
  /** Index into the dataset's classes; in a multi-label dataset the first of `labels`, −1 where it is empty. */
  readonly label: number;
  /** In a multi-label dataset: indices of all classes that the photo shows, ascending, possibly none. */
  readonly labels?: readonly number[];
  /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  /** The part that the dataset itself prescribes (`train/ val/ test/` folders, or a CSV's split column). */
  readonly part?: Part;
}

/** A file that was left out, with the reason. */
export interface SkippedPhoto {
  readonly path: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Photos with their classes. */
export interface Dataset {
  /** Absolute path of the folder, or of the folder that holds the CSV. */
  readonly root: string;
  /** The folder's or CSV's name without extension: gives the model folder its name. */
  readonly name: string;
  /** Multi-label when a CSV has the column `labels`. */
  readonly task: Task;
  /** Class names as written, natural-sorted. */
  readonly classes: readonly string[];
  /** In a stable order: by class (those without one last), then natural-sorted path. */
  readonly photos: readonly Photo[];
  readonly skipped: readonly SkippedPhoto[];
  /** What the user should know: duplicates, hidden files, empty folders, links that loop. One sentence each. */
  readonly notices: readonly string[];
}
