import { relative, resolve, sep } from 'node:path';
import type { RegraftError } from '../errors.ts';
import { readPathCell } from './csv-path-cell.ts';
import { readTable, type TableRow } from './csv-table.ts';
import type { Part } from './dataset.ts';
import { listSome } from './findings.ts';
import { openLabelCells, type ReadLabelCell } from './label-cells.ts';
import { nearestName } from './nearest-name.ts';
import { partFromName, partNameList } from './part-name.ts';

type Column = 'path' | 'label' | 'labels' | 'split';

/** One row of a CSV that lists photos. */
export interface PhotoRow {
  /** Relative to the data set's root, with `/` on every platform. */
  readonly path: string;
  readonly file: string;
  /** Names of its classes: one from a column `label`, any number from a column `labels`. */
  readonly labels: readonly string[];
  readonly column: 'label' | 'labels';
  readonly part: Part | undefined;
  readonly line: number;
  /** Gives the error for a photo that an earlier line puts into another part. */
  readonly otherPart: (earlierLine: number) => RegraftError;
}

const layout = {
  columns: ['path', 'label', 'labels', 'split'],
  required: [['path'], ['label', 'labels']],
  alternatives: [['label', 'labels']],
  example: 'path,label,split',
  code: 'INVALID_CSV',
} as const;

/**
 * Reads the rows of a CSV `path,label[,split]` or `path,labels[,split]`.
 *
 * @param root folder that paths are relative to
 * @param classes the only names that labels may have; absent: any
 * @throws RegraftError `INVALID_CSV` naming file, line and column
 */
export async function* readPhotoRows(
  csv: string,
  root: string,
  classes: readonly string[] | undefined,
): AsyncGenerator<PhotoRow> {
  const readCell = openLabelCells();
  for await (const row of readTable<Column>(csv, layout)) {
    const file = resolve(root, await readPathCell(row, root));
    const path = relative(root, file).split(sep).join('/');
    const column = row.cell('labels') === undefined ? 'label' : 'labels';
    const labels = column === 'label' ? [readLabel(row)] : readLabels(row, readCell);
    if (classes !== undefined) refuseOthers(row, column, labels, classes);
    yield {
      path,
      file,
      labels,
      column,
      part: readPart(row),
      line: row.line,
      otherPart: (earlierLine) =>
        row.error(
          'split',
          `${path} is "${row.cell('split') ?? ''}" here, but line ${earlierLine} puts it into another part.`,
          'Remove one of the two rows.',
        ),
    };
  }
}

function readLabel(row: TableRow<Column>): string {
  const label = row.cell('label') ?? '';
  if (label.trim() !== '') return label;
  throw row.error(
    'label',
    'expected the name of a class, found an empty cell.',
    'Fill in the label or remove the row.',
  );
}

function readLabels(row: TableRow<Column>, read: ReadLabelCell): string[] {
  return read(row.cell('labels') ?? '', row.line, (problem, hint) => row.error('labels', problem, hint));
}

function refuseOthers(
  row: TableRow<Column>,
  column: 'label' | 'labels',
  labels: readonly string[],
  classes: readonly string[],
): void {
  const other = labels.find((name) => !classes.includes(name));
  if (other === undefined) return;
  const nearest = nearestName(other, classes);
  throw row.error(
    column,
    `expected one of the classes asked for (${listSome(classes)}), found ${JSON.stringify(other)}.`,
    nearest === undefined
      ? 'Add it to the classes, or remove it from the CSV.'
      : `Did you mean ${JSON.stringify(nearest)}? Correct the cell, or add it to the classes.`,
  );
}

function readPart(row: TableRow<Column>): Part | undefined {
  const cell = row.cell('split') ?? '';
  if (cell.trim() === '') return undefined;
  const part = partFromName(cell);
  if (part !== undefined) return part;
  throw row.error(
    'split',
    `expected ${partNameList}, found ${JSON.stringify(cell)}.`,
    'Correct the cell, or leave it empty to have the part chosen.',
  );
}
