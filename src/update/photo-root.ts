import { access, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';
import type { RunRecord } from '../model/run-record.ts';
import type { FormerModel } from './open-former.ts';

/** Photos that are looked for to tell the right folder from others. */
const sampled = 50;

/** Where the paths of a model's photos begin. */
export interface PhotoRoot {
  /** Absolute path of the folder that the paths of `split.csv` are relative to. */
  readonly root: string;
  /** Absolute path of the folder or CSV that was trained on. */
  readonly source: string;
}

/**
 * Finds the folder that the paths of a model's photos are relative to. The record has its source as it was written, which may be relative
 * to a working directory that nobody knows any more: of the possible ones that with most photos is taken.
 */
export async function findPhotoRoot({ folder, record, photos }: FormerModel): Promise<PhotoRoot> {
  const own = { root: folder, source: join(folder, 'split.csv') };
  if (isOwnList(record)) return own;
  const { source } = record.options;
  const step = Math.max(1, Math.floor(photos.length / sampled));
  const sample = photos.filter((_, index) => index % step === 0);
  let best: { place: PhotoRoot; found: number } | undefined;
  for (const path of possibleSources(source, record, folder)) {
    const root = await rootOf(path);
    const found = (await Promise.all(sample.map((photo) => isThere(join(root, photo.path))))).filter(Boolean);
    if (best === undefined || found.length > best.found) {
      best = { place: { root, source: path }, found: found.length };
    }
  }
  return best?.place ?? own;
}

/** Whether a run's photos are those that the `split.csv` of its own folder lists: it was updated. */
function isOwnList({ options: { source, out } }: RunRecord): boolean {
  return out !== null && normalize(source) === join(out, 'split.csv');
}

function possibleSources(source: string, { options, model }: RunRecord, folder: string): Set<string> {
  const trained = dirname(model.path);
  // As it was, and as it is where folder and photos moved together.
  if (isAbsolute(source)) return new Set([source, resolve(folder, relative(trained, source))]);
  const { out } = options;
  const working = [process.cwd()];
  for (const place of [trained, folder]) {
    if (out === null) working.push(dirname(place));
    else if (!isAbsolute(out)) working.push(resolve(place, ...out.split(/[\\/]/).flatMap(backward)));
  }
  return new Set(working.map((from) => resolve(from, source)));
}

/** The step back over one name of a path; of `..` nobody knows where it led from. */
function backward(name: string): string[] {
  return name === '' || name === '.' || name === '..' ? [] : ['..'];
}

async function rootOf(source: string): Promise<string> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => !/\.csv$/i.test(source),
  );
  return isFolder ? source : dirname(source);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
