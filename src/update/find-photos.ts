import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SkippedPhoto } from '../dataset/dataset.ts';
import { emptyFindings, listSome } from '../dataset/findings.ts';
import { type HashIndex, openHashIndex } from '../dataset/hash-index.ts';
import { hashPhotos } from '../dataset/hash-photos.ts';
import type { Candidate } from '../dataset/photo-source.ts';
import { walkFiles } from '../dataset/walk.ts';
import { RegraftError } from '../errors.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { UsedPhoto } from '../runs/read-used-photos.ts';
import type { LabelledPhoto } from './labelled-photo.ts';
import type { FormerModel } from './open-former.ts';
import { findPhotoRoot } from './photo-root.ts';
import { splitLabelCell } from './split-label-cell.ts';

/** The photos of a model, found again. */
export interface FoundPhotos {
  readonly photos: readonly LabelledPhoto[];
  /** Photos that lie elsewhere now; their content tells them. */
  readonly moved: number;
  /** Paths of photos whose content is another one than in the training. */
  readonly edited: readonly string[];
  /** Paths of photos that are found nowhere. */
  readonly missing: readonly string[];
}

/** How {@link findPhotos} searches. */
export interface FindOptions {
  /** Photos that are known by another way: files by their SHA-256. */
  readonly elsewhere: ReadonlyMap<string, string>;
  /** Folders to search for photos that are not in their place; those that the others lie in are searched anyway. */
  readonly photos: readonly string[];
  readonly allowMissing: boolean;
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the photos of a trained model: in their place, else by their content. A file that was changed in its place stays the photo that it
 * was, with its class and part.
 *
 * @throws RegraftError `PHOTO_NOT_FOUND` naming photos that are found nowhere, unless they may be missing
 */
export async function findPhotos(former: FormerModel, options: FindOptions): Promise<FoundPhotos> {
  const { root, source } = await findPhotoRoot(former);
  const listed = former.photos.map((photo) => ({ photo, file: join(root, photo.path) }));
  const hashes = await hashFiles(
    listed.map(({ photo: { path }, file }) => ({ path, file, label: '' })),
    source,
    options,
  );
  const absent = listed.filter(({ photo, file }) => hashes.get(file) !== photo.sha256);
  const found =
    absent.length === 0 ? new Map<string, string>() : await searchByContent([...hashes.keys()], options);
  const photos: LabelledPhoto[] = [];
  const edited: string[] = [];
  const missing: string[] = [];
  let moved = 0;
  for (const { photo, file } of listed) {
    const here = hashes.get(file);
    const there = here === photo.sha256 ? undefined : found.get(photo.sha256);
    const sha256 = there === undefined ? here : photo.sha256;
    if (sha256 === undefined) {
      missing.push(photo.path);
      continue;
    }
    if (there !== undefined) moved++;
    else if (sha256 !== photo.sha256) edited.push(photo.path);
    photos.push(labelled(photo, { file: there ?? file, sha256 }, former.record));
  }
  if (missing.length > 0 && !options.allowMissing) throw gone(missing, former, root);
  return { photos, moved, edited, missing };
}

function labelled(
  { path, label, part }: UsedPhoto,
  place: Pick<LabelledPhoto, 'file' | 'sha256'>,
  { dataset: { task, classes } }: RunRecord,
): LabelledPhoto {
  const labels = task === 'multi-label' ? splitLabelCell(label, classes) : [label];
  return { ...place, labels, part, listed: path };
}

/** @param source - Folder or CSV whose index spares reading unchanged files; absent: all are read. */
async function hashFiles(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
  source: string | undefined,
  { home, signal }: FindOptions,
): Promise<Map<string, string>> {
  const skipped: SkippedPhoto[] = [];
  const index = source === undefined ? noIndex : await openHashIndex(home, source);
  const hashed = await hashPhotos(iterate(candidates), { index, skipped, onFile: () => undefined, signal });
  return new Map(hashed.map(({ file, sha256 }) => [file, sha256]));
}

const noIndex: HashIndex = {
  find: () => undefined,
  add: () => undefined,
  save: () => Promise.resolve(),
};

async function* iterate(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
): AsyncGenerator<Candidate> {
  yield* candidates;
}

/** Looks in the folders that other photos of the model lie in, and in those that the caller names. */
async function searchByContent(known: readonly string[], options: FindOptions): Promise<Map<string, string>> {
  const found = new Map(options.elsewhere);
  const neighbours = await listNeighbours(known);
  for (const [file, sha256] of await hashFiles(neighbours, undefined, options)) found.set(sha256, file);
  for (const folder of options.photos) {
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      throw new RegraftError(
        'DATASET_NOT_FOUND',
        `Expected a folder of photos at ${folder} but found none.`,
        {
          hint: 'Give the folder that the photos were moved to.',
        },
      );
    }
    const files = walkFiles(folder, '', { findings: emptyFindings(), signal: options.signal });
    for (const [file, sha256] of await hashFiles(asCandidates(files), folder, options)) {
      found.set(sha256, file);
    }
  }
  return found;
}

async function listNeighbours(known: readonly string[]): Promise<Candidate[]> {
  const taken = new Set(known);
  const candidates: Candidate[] = [];
  for (const folder of new Set(known.map((file) => dirname(file)))) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = join(folder, entry.name);
      if (entry.isFile() && !taken.has(file)) candidates.push({ path: file, file, label: '' });
    }
  }
  return candidates;
}

async function* asCandidates(
  files: AsyncIterable<{ readonly path: string; readonly file: string }>,
): AsyncGenerator<Candidate> {
  for await (const { path, file } of files) yield { path, file, label: '' };
}

function gone(missing: readonly string[], { photos }: FormerModel, root: string): RegraftError {
  const all = missing.length === photos.length;
  const count = `${missing.length.toLocaleString('en')} of its ${photos.length.toLocaleString('en')} photos`;
  return new RegraftError(
    'PHOTO_NOT_FOUND',
    `Expected the photos that the model learned from in ${root}, but ${all ? 'none of them' : count} ${all || missing.length > 1 ? 'are' : 'is'} ${all ? 'there' : 'missing'}: ${listSome(missing, 3)}.`,
    {
      hint: 'Say where they are now (--photos <folder>): they are known by their content. Or go on without them (--allow-missing).',
    },
  );
}
