import { access, constants, copyFile, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RegraftError } from '../errors.ts';
import type { ModelMetadata } from '../model/metadata.ts';
import type { Prediction } from '../prediction.ts';
import { classFolders } from '../shared/class-folders.ts';
import { placeFile } from './place-file.ts';

/** Copies photos into folders of their classes. */
export interface ClassCopies {
  /**
   * Copies a photo to where its prediction belongs.
   *
   * @returns the paths of the copies, also of those that were there before; none when it could not be read
   * @throws RegraftError `OUT_OF_DISK`, `NOT_WRITABLE`
   */
  add(file: string, prediction: Prediction): Promise<readonly string[]>;
  /** How many copies each folder got, by its name; and how many lay there already. */
  readonly counts: ReadonlyMap<string, number>;
  readonly known: number;
}

const unknownName = 'unknown';
const withoutLabel = 'no-label';

/**
 * Starts to copy photos into `<root>/<class>/<name of the photo>`, those of none of the classes into `unknown`; of a multi-label model into the folder of
 * each label, and into `no-label` without one. No file is ever written over: see {@link placeFile}.
 */
export function openClassCopies(
  root: string,
  { labels, task }: Pick<ModelMetadata, 'labels' | 'task'>,
): ClassCopies {
  const names = [...labels, unknownName, withoutLabel];
  const folders = classFolders(names);
  const counts = new Map<string, number>();
  let known = 0;
  return {
    counts,
    get known() {
      return known;
    },
    async add(file, prediction) {
      if (prediction.error !== undefined) return [];
      const copies: string[] = [];
      for (const index of placesOf(prediction, labels, task)) {
        const folder = folders[index] ?? unknownName;
        const { path, isNew } = await placeFile(join(root, folder), basename(file), (copy) =>
          copyPhoto(file, copy),
        );
        copies.push(path);
        if (isNew) counts.set(folder, (counts.get(folder) ?? 0) + 1);
        else known += 1;
      }
      return copies;
    },
  };
}

function placesOf(
  { label, labels: shown = [], unknown }: Prediction,
  labels: readonly string[],
  task: ModelMetadata['task'],
): readonly number[] {
  if (unknown?.isUnknown === true) return [labels.length];
  if (task === 'single-label') return [labels.indexOf(label ?? '')];
  return shown.length === 0 ? [labels.length + 1] : shown.map((one) => labels.indexOf(one.label));
}

/** A copy keeps the photo's time, by which photo programs sort. */
async function copyPhoto(file: string, copy: string): Promise<void> {
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new RegraftError('PHOTO_NOT_FOUND', `Expected to copy ${file} but found that it is gone.`, {
      cause,
    });
  });
  await copyFile(file, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const { atime, mtime } = await stat(file);
  await utimes(copy, atime, mtime);
}
