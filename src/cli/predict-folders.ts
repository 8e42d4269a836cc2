import { realpath, stat } from 'node:fs/promises';
import { makeFolder, writeError } from '../atomic-file.ts';
import type { Classifier } from '../classify.ts';
import { RegraftError } from '../errors.ts';
import type { Prediction } from '../prediction.ts';
import { openClassCopies } from './class-copies.ts';
import { openHeatFiles } from './heat-files.ts';
import { printable } from './terminal/printable.ts';
import { countOf } from './terminal/units.ts';

/** A prediction with what was made of its photo. */
export interface PredictedPhoto extends Prediction {
  /** Where `--copy-to` put it: a path for each class. */
  readonly copies?: readonly string[];
  /** The picture that `--explain` made. */
  readonly explanation?: string;
}

/** The folders that a prediction fills. */
export interface PredictFolders {
  /** Their real paths, which are not to be searched for photos. */
  readonly real: readonly string[];
  /**
   * Copies a photo and writes its picture, as far as that is wanted.
   *
   * @throws RegraftError `OUT_OF_DISK`, `NOT_WRITABLE`
   */
  add(file: string, prediction: Prediction, png: Uint8Array | undefined): Promise<PredictedPhoto>;
  /** What was done, a sentence or two for each folder. */
  describe(): readonly string[];
}

/**
 * Makes the folders of `--copy-to` and `--explain`.
 *
 * @throws RegraftError `INVALID_OPTION` when one is where photos are taken from, or both are the same; `NOT_WRITABLE`
 */
export async function openPredictFolders(
  { copyTo, explain }: { readonly copyTo?: string; readonly explain?: string },
  paths: readonly string[],
  { info }: Pick<Classifier, 'info'>,
  note: (text: string) => void,
): Promise<PredictFolders> {
  const real: string[] = [];
  for (const [flag, folder] of [
    ['--copy-to', copyTo],
    ['--explain', explain],
  ] as const) {
    if (folder === undefined) continue;
    const made = await makeReal(folder);
    if (real.includes(made)) throw sameFolder(folder);
    await refuseSource(flag, made, paths);
    real.push(made);
  }
  const copies = copyTo === undefined ? undefined : openClassCopies(copyTo, info);
  const pictures = explain === undefined ? undefined : openHeatFiles(explain);

  const copy = async (file: string, prediction: Prediction): Promise<readonly string[]> => {
    try {
      return (await copies?.add(file, prediction)) ?? [];
    } catch (error) {
      if (!(error instanceof RegraftError) || !error.code.startsWith('PHOTO_')) throw error;
      note(`Not copied: ${error.message}`);
      return [];
    }
  };

  return {
    real,
    async add(file, prediction, png) {
      return {
        ...prediction,
        ...(copies && { copies: await copy(file, prediction) }),
        ...(pictures && png && { explanation: await pictures.add(file, png) }),
      };
    },
    describe() {
      const lines: string[] = [];
      if (copies !== undefined && copyTo !== undefined) {
        const total = [...copies.counts.values()].reduce((sum, count) => sum + count, 0);
        const folders = [...copies.counts].map(([name, count]) => `${printable(name)} ${count}`);
        const list = folders.length === 0 ? '' : `: ${folders.join(', ')}`;
        lines.push(`Copied ${countOf(total, 'photo')} to ${copyTo}${list}.${knownOf(copies.known)}`);
      }
      if (pictures !== undefined && explain !== undefined) {
        lines.push(`Wrote ${countOf(pictures.written, 'heat map')} to ${explain}.${knownOf(pictures.known)}`);
      }
      return lines;
    },
  };
}

function knownOf(count: number): string {
  return count === 0 ? '' : ` ${count} ${count === 1 ? 'was' : 'were'} there already.`;
}

async function makeReal(folder: string): Promise<string> {
  try {
    await makeFolder(folder);
    return await realpath(folder);
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** Copies inside the folder that is read would be read again as photos. */
async function refuseSource(flag: string, folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if ((await folderOf(path)) !== folder) continue;
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected another folder for ${flag} than the one that the photos are in but received '${path}' for both.`,
      { hint: 'Give a folder beside it, or one inside it: that is left out of the photos.' },
    );
  }
}

async function folderOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() === true ? realpath(path) : undefined;
}

function sameFolder(folder: string): RegraftError {
  return new RegraftError(
    'INVALID_OPTION',
    `Expected two folders for --copy-to and --explain but received '${folder}' for both.`,
    { hint: 'Else the pictures would be taken for photos.' },
  );
}
