import type { SkippedPhoto } from './dataset.ts';

/** What a scan comes across besides photos; filled while it goes on. Paths are relative to the data set's root. */
export interface Findings {
  readonly skipped: SkippedPhoto[];
  /** Number of hidden and system files and folders. */
  hidden: number;
  /** Links to folders that were not followed, as they lead back to one that is read already. */
  readonly loops: string[];
  /** Class folders without any file. */
  readonly emptyFolders: string[];
  /** Folders beside `train/` and `test/` that are none of the parts. */
  readonly otherFolders: string[];
  /** Photos that lie outside any class folder. */
  readonly strays: string[];
  /** Rows of a CSV that say the same as an earlier one. */
  repeatedRows: number;
  /** Rows of a multi-label CSV that add labels to a photo of an earlier one. */
  joinedRows: number;
  /** Photos of a multi-label data set that show none of its classes. */
  unlabelled: number;
  /** Classes of folders that were left out, as they are none of those asked for. */
  readonly otherClasses: Set<string>;
}

/** Gives findings to fill. */
export function emptyFindings(): Findings {
  return {
    skipped: [],
    hidden: 0,
    loops: [],
    emptyFolders: [],
    otherFolders: [],
    strays: [],
    repeatedRows: 0,
    joinedRows: 0,
    unlabelled: 0,
    otherClasses: new Set(),
  };
}

/** Says in one sentence each what the user should know of the findings; what is skipped is listed elsewhere. */
export function describeFindings(findings: Findings): string[] {
  const { hidden, loops, emptyFolders, otherFolders, strays } = findings;
  const { repeatedRows, joinedRows, unlabelled, otherClasses } = findings;
  const notices: string[] = [];
  if (hidden > 0) {
    notices.push(
      `Left out ${count(hidden, 'hidden or system file or folder', 'hidden or system files and folders')}.`,
    );
  }
  if (loops.length > 0) {
    notices.push(
      `Did not follow ${count(loops.length, 'link', 'links')} to folders that are read already (loops): ${listSome(loops)}.`,
    );
  }
  if (emptyFolders.length > 0) {
    notices.push(
      `${count(emptyFolders.length, 'class folder is', 'class folders are')} empty: ${listSome(emptyFolders)}.`,
    );
  }
  if (otherFolders.length > 0) {
    notices.push(`Not used, as they are neither training, validation nor test: ${listSome(otherFolders)}.`);
  }
  if (strays.length > 0) {
    notices.push(
      `${count(strays.length, 'photo lies', 'photos lie')} outside the class folders and ${strays.length === 1 ? 'was' : 'were'} left out: ${listSome(strays)}.`,
    );
  }
  if (repeatedRows > 0) {
    notices.push(
      `${count(repeatedRows, 'row of the CSV repeats', 'rows of the CSV repeat')} an earlier one.`,
    );
  }
  if (joinedRows > 0) {
    notices.push(
      `${count(joinedRows, 'row of the CSV names', 'rows of the CSV name')} a photo of an earlier one; their labels were joined.`,
    );
  }
  if (unlabelled > 0) {
    notices.push(
      `${count(unlabelled, 'photo has', 'photos have')} no label and ${unlabelled === 1 ? 'counts as an example' : 'count as examples'} of none of the classes.`,
    );
  }
  if (otherClasses.size > 0) {
    notices.push(`Left out, as they are none of the classes asked for: ${listSome([...otherClasses])}.`);
  }
  return notices;
}

/** `1 photo`, `2 photos`. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Joins names for a sentence, the first few of them. */
export function listSome(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}
