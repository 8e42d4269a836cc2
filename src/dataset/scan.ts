import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import { sniffFormat } from '../image/sniff.ts';
import type { OnProgress } from '../shared/progress.ts';
import { checkAskedClasses, checkClasses, describeClasses, listClasses } from './classes.ts';
import { untangleCopies } from './copies.ts';
import { csvSource } from './csv-source.ts';
import type { Dataset } from './dataset.ts';
import { describeFindings, emptyFindings, type Findings } from './findings.ts';
import { folderSource } from './folder-source.ts';
import { openHashIndex } from './hash-index.ts';
import { hashPhotos } from './hash-photos.ts';
import { labelPhotos } from './label-photos.ts';
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
   * The only classes to take: folders of other names are left out, and a CSV may name no other. Absent: all.
   */
  readonly classes?: readonly string[] | undefined;
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
 * CSV `path,label[,split]`, or `path,labels[,split]` with several labels a photo. Content tells a photo's format, not its name; files that
 * cannot be used are listed with a reason.
 *
 * @throws RegraftError `INVALID_OPTION`, `DATASET_NOT_FOUND`, `DATASET_UNREADABLE`, `NO_CLASSES`, `ONE_CLASS`, `INVALID_CSV`, `CANCELLED`
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

/** folder or CSV → candidates → hashes → copies in two classes out, or their labels joined → labels */
async function scan(
  path: string,
  { nested = false, classes: asked, minClasses = 2, home, onProgress, signal }: ScanOptions,
): Promise<Dataset> {
  const findings = emptyFindings();
  const source = await openSource(path, { nested, classes: asked, findings, signal });
  const progress = startScanProgress(onProgress, path);
  const index = await openHashIndex(home, path);
  const { skipped } = findings;
  const hashed = await hashPhotos(source.candidates(), { index, skipped, onFile: progress.count, signal });
  const untangled = untangleCopies(hashed);
  skipped.push(...untangled.skipped);
  const classes = listClasses(untangled.photos);
  findings.unlabelled = untangled.photos.filter(({ labels }) => labels?.length === 0).length;
  if (asked !== undefined) checkAskedClasses(asked, classes, path, [...findings.otherClasses]);
  await checkClasses(classes, source, path, minClasses);
  const dataset: Dataset = {
    root: source.root,
    name: source.name,
    task: hashed.some(({ labels }) => labels !== undefined) ? 'multi-label' : 'single-label',
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
  options: {
    nested: boolean;
    classes: readonly string[] | undefined;
    findings: Findings;
    signal: AbortSignal | undefined;
  },
): Promise<PhotoSource> {
  const stats = await stat(path);
  if (stats.isDirectory()) return folderSource(path, options);
  if (stats.isFile()) {
    await using handle = await open(path);
    if (sniffFormat(await readHead(handle)) === undefined) {
      if (options.nested) throw nestedCsv(path);
      return csvSource(path, options);
    }
  }
  throw new RegraftError(
    'DATASET_NOT_FOUND',
    `Expected a folder of photos or a CSV, but ${path} is neither.`,
    {
      hint: 'Give the folder that holds the class folders.',
    },
  );
}

function nestedCsv(path: string): RegraftError {
  return new RegraftError(
    'INVALID_OPTION',
    `Expected a folder of photos for nested but found the CSV ${path}.`,
    {
      hint: 'Leave --nested out: the classes stand in the CSV.',
    },
  );
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
