import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import { sniffFormat } from '../image/sniff.ts';
import type { OnProgress } from '../shared/progress.ts';
import { checkClasses, describeClasses, listClasses } from './classes.ts';
import { untangleCopies } from './copies.ts';
import { csvSource } from './csv-source.ts';
import type { Dataset, Photo } from './dataset.ts';
import { describeFindings, emptyFindings, type Findings } from './findings.ts';
import { folderSource } from './folder-source.ts';
import { openHashIndex } from './hash-index.ts';
import { hashPhotos, type HashedPhoto } from './hash-photos.ts';
import { compareNatural } from './natural-order.ts';
import type { PhotoSource } from './photo-source.ts';
import { readHead } from './read-photo.ts';
import { startScanProgress } from './scan-progress.ts';

/** How {@link scanDataset} reads a data set. */
export interface ScanOptions {
  /**
   * Makes each folder that holds photos a class, named by its path, as `birds/owl`; else all photos below a class folder
   * belong to it.
   *
   * @default false
   */
  readonly nested?: boolean | undefined;
  /**
   * How many classes there must be: one is enough where nothing is trained.
   *
   * @default 2
   */
  readonly minClasses?: 1 | 2 | undefined;
  /** Regraft's folder, where hashes are kept between scans. */
  readonly home: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the photos of a data set with their classes and hashes: class folders, `train/ val/ test/` with class folders, or a
 * CSV `path,label[,split]`. Content tells a photo's format, not its name; files that cannot be used are listed with a reason.
 *
 * @throws RegraftError `DATASET_NOT_FOUND`, `DATASET_UNREADABLE`, `NO_CLASSES`, `ONE_CLASS`, `INVALID_CSV`, `CANCELLED`
 */
export async function scanDataset(source: string, options: ScanOptions): Promise<Dataset> {
  throwIfCancelled(options.signal);
  const path = resolve(source);
  try {
    return await scan(path, options);
  } catch (error) {
    throw datasetError(path, error);
  }
}

/** folder or CSV → candidates → hashes → copies in two classes out → labels */
async function scan(
  path: string,
  { nested = false, minClasses = 2, home, onProgress, signal }: ScanOptions,
): Promise<Dataset> {
  const findings = emptyFindings();
  const source = await openSource(path, { nested, findings, signal });
  const progress = startScanProgress(onProgress, path);
  const index = await openHashIndex(home, path);
  const { skipped } = findings;
  const hashed = await hashPhotos(source.candidates(), { index, skipped, onFile: progress.count, signal });
  const untangled = untangleCopies(hashed);
  skipped.push(...untangled.skipped);
  const classes = listClasses(untangled.photos);
  await checkClasses(classes, source, path, minClasses);
  const dataset: Dataset = {
    root: source.root,
    name: source.name,
    classes,
    photos: labelPhotos(untangled.photos, classes),
    skipped: skipped.sort((a, b) => compareNatural(a.path, b.path)),
    notices: [...describeFindings(findings), ...untangled.notices, ...describeClasses(classes, hashed)],
  };
  progress.finish(dataset);
  return dataset;
}

async function openSource(
  path: string,
  options: { nested: boolean; findings: Findings; signal: AbortSignal | undefined },
): Promise<PhotoSource> {
  const stats = await stat(path);
  if (stats.isDirectory()) return folderSource(path, options);
  if (stats.isFile()) {
    await using handle = await open(path);
    if (sniffFormat(await readHead(handle)) === undefined) return csvSource(path, options.findings);
  }
  throw new RegraftError(
    'DATASET_NOT_FOUND',
    `Expected a folder of photos or a CSV, but ${path} is neither.`,
    {
      hint: 'Give the folder that holds the class folders.',
    },
  );
}

function labelPhotos(photos: readonly HashedPhoto[], classes: readonly string[]): Photo[] {
  const labels = new Map(classes.map((name, label) => [name, label]));
  return photos
    .map(({ label, ...photo }) => ({ ...photo, label: labels.get(label) ?? -1 }))
    .sort((a, b) => a.label - b.label || compareNatural(a.path, b.path));
}

function datasetError(path: string, error: unknown): unknown {
  const code = error instanceof RegraftError ? undefined : errnoCode(error);
  if (code?.startsWith('ERR_') === true) return error;
  switch (code) {
    case undefined:
      return error;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new RegraftError(
        'DATASET_NOT_FOUND',
        `Expected a folder of photos or a CSV, but ${path} does not exist.`,
        {
          hint: `Check the path; relative ones begin at ${process.cwd()}.`,
          cause: error,
        },
      );
    default:
      return new RegraftError('DATASET_UNREADABLE', `Cannot read ${path} (${code}).`, {
        hint: 'Check the permissions of the folder and of the folders above it.',
        cause: error,
      });
  }
}
