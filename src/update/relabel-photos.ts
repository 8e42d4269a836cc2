import { dirname, resolve } from 'node:path';
import { errnoCode } from '../atomic-file.ts';
import { readTable, type TableRow } from '../dataset/csv-table.ts';
import { openLabelCells } from '../dataset/label-cells.ts';
import { RegraftError } from '../errors.ts';
import type { Task } from '../shared/task.ts';
import { sameNames } from './join-added.ts';
import type { LabelledPhoto } from './labelled-photo.ts';

type Column = 'path' | 'sha256' | 'label' | 'labels';

const layout = {
  columns: ['path', 'sha256', 'label', 'labels'],
  required: [
    ['path', 'sha256'],
    ['label', 'labels'],
  ],
  alternatives: [['label', 'labels']],
  example: 'path,label',
  code: 'INVALID_CSV',
} as const;

/** Photos of which some were given other labels. */
export interface RelabelledPhotos {
  readonly photos: readonly LabelledPhoto[];
  /** Photos whose label is another one now, each content once. */
  readonly changed: number;
}

/**
 * Gives photos the labels that a CSV says. A photo is told by its SHA-256, by its path in the model's `split.csv` and `predictions.csv`, or by
 * a path relative to the CSV; copies of it get the same label.
 *
 * @throws RegraftError `INVALID_CSV` naming file, line and column: a photo that is not among these, two labels for one photo, a cell without a label
 */
export async function relabelPhotos(
  csv: string,
  photos: readonly LabelledPhoto[],
  task: Task,
): Promise<RelabelledPhotos> {
  const find = openLookup(csv, photos);
  const wanted = new Map<string, { labels: readonly string[]; line: number }>();
  const readCell = openLabelCells();
  try {
    for await (const row of readTable<Column>(csv, layout)) {
      const sha256 = find(row);
      const labels = readLabels(row, task, readCell);
      const earlier = wanted.get(sha256);
      if (earlier !== undefined && !sameNames(earlier.labels, labels)) {
        throw row.error(
          row.cell('labels') === undefined ? 'label' : 'labels',
          `expected ${JSON.stringify(earlier.labels.join(';'))} as in line ${earlier.line}, as it is the same photo, found ${JSON.stringify(labels.join(';'))}.`,
          'Remove one of the two rows.',
        );
      }
      wanted.set(sha256, { labels, line: row.line });
    }
  } catch (error) {
    throw missingCsv(csv, error);
  }
  const changed = new Set<string>();
  const relabelled = photos.map((photo) => {
    const labels = wanted.get(photo.sha256)?.labels;
    if (labels === undefined || sameNames(labels, photo.labels)) return photo;
    changed.add(photo.sha256);
    return { ...photo, labels };
  });
  return { photos: relabelled, changed: changed.size };
}

/** Gives what finds the SHA-256 of a row's photo. */
function openLookup(csv: string, photos: readonly LabelledPhoto[]): (row: TableRow<Column>) => string {
  const hashes = new Set(photos.map(({ sha256 }) => sha256));
  const byPath = new Map<string, string>();
  for (const { file, sha256 } of photos) byPath.set(file, sha256);
  for (const { listed, sha256 } of photos) if (listed !== undefined) byPath.set(listed, sha256);
  return (row) => {
    const sha256 = (row.cell('sha256') ?? '').trim().toLowerCase();
    const path = row.cell('path') ?? '';
    const found =
      sha256 === ''
        ? (byPath.get(path.replaceAll('\\', '/')) ?? byPath.get(resolve(dirname(csv), path)))
        : hashes.has(sha256)
          ? sha256
          : undefined;
    if (found !== undefined && (sha256 !== '' || path !== '')) return found;
    throw row.error(
      sha256 === '' ? 'path' : 'sha256',
      `expected a photo of the model, found ${JSON.stringify(sha256 === '' ? path : sha256)}.`,
      "Write paths as in the model's split.csv or relative to this file; new photos come with --add.",
    );
  };
}

function readLabels(
  row: TableRow<Column>,
  task: Task,
  readCell: ReturnType<typeof openLabelCells>,
): readonly string[] {
  const several = row.cell('labels');
  if (several !== undefined && task === 'multi-label') {
    return readCell(several, row.line, (problem, hint) => row.error('labels', problem, hint));
  }
  const label = row.cell('label') ?? '';
  if (several === undefined && label.trim() !== '') return [label];
  const column = several === undefined ? 'label' : 'labels';
  throw row.error(
    column,
    several === undefined
      ? 'expected the name of a class, found an empty cell.'
      : 'expected a column label, as the model has one label a photo, found labels.',
    several === undefined
      ? 'Fill in the label or remove the row.'
      : 'Rename the column, with one name in each row.',
  );
}

function missingCsv(csv: string, error: unknown): unknown {
  if (error instanceof RegraftError || errnoCode(error) === undefined) return error;
  const problem =
    errnoCode(error) === 'ENOENT' ? 'it does not exist' : `it cannot be read (${errnoCode(error) ?? ''})`;
  return new RegraftError(
    'DATASET_NOT_FOUND',
    `Expected a CSV with other labels at ${csv}, but ${problem}.`,
    {
      hint: 'Give a CSV with the columns path and label.',
      cause: error,
    },
  );
}
