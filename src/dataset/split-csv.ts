import { errnoCode } from '../atomic-file.ts';
import { RegraftError } from '../errors.ts';
import { formatCsvRow } from './csv.ts';
import { readTable, type TableRow } from './csv-table.ts';
import type { Dataset, Part } from './dataset.ts';
import { formatLabelCell } from './label-cells.ts';
import { labelsOf } from './labels-of.ts';
import { partFromName, partNameList } from './part-name.ts';

const columns = ['path', 'label', 'labels', 'sha256', 'split'] as const;
type Column = (typeof columns)[number];

/** One photo in a split file: known by its hash, else by its path. */
export interface SplitRow {
  /** Relative to the data set's root. */
  readonly path?: string;
  readonly sha256?: string;
  /** The cell of the column label or labels, where there is one. */
  readonly label?: string;
  readonly part: Part;
  readonly line: number;
}

/**
 * Writes which photo belongs to which part as a CSV with the columns path, label (in a multi-label data set labels), sha256 and split, in
 * the data set's order.
 *
 * @param split its parts are aligned with the data set's photos
 */
export function formatSplitCsv(dataset: Dataset, split: { readonly parts: readonly Part[] }): string {
  const { classes, task } = dataset;
  const rows = dataset.photos.map((photo, index) => {
    const names = labelsOf(photo).map((label) => classes[label] ?? '');
    const cell = task === 'multi-label' ? formatLabelCell(names, classes) : (names[0] ?? '');
    return formatCsvRow([photo.path, cell, photo.sha256, split.parts[index] ?? '']);
  });
  const header = ['path', task === 'multi-label' ? 'labels' : 'label', 'sha256', 'split'];
  return formatCsvRow(header) + rows.join('');
}

/**
 * Reads a split file; one made by hand may have only the columns path and split.
 *
 * @throws RegraftError `INVALID_SPLIT` when it is missing, lacks a column or names an unknown part; `INVALID_CSV` for broken quoting
 */
export async function readSplitCsv(file: string): Promise<SplitRow[]> {
  const rows: SplitRow[] = [];
  const layout = {
    columns,
    required: [['split'], ['path', 'sha256']],
    example: 'path,label,sha256,split',
    code: 'INVALID_SPLIT',
  } as const;
  try {
    for await (const row of readTable<Column>(file, layout)) rows.push(parseRow(row));
  } catch (error) {
    if (error instanceof RegraftError || errnoCode(error) === undefined) throw error;
    const problem =
      errnoCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${errnoCode(error) ?? ''})`;
    throw new RegraftError('INVALID_SPLIT', `The split file ${file} ${problem}.`, {
      hint: 'Give the split.csv of an earlier run, or a CSV with the columns path and split.',
      cause: error,
    });
  }
  return rows;
}

function parseRow(row: TableRow<Column>): SplitRow {
  const path = row.cell('path') ?? '';
  const sha256 = (row.cell('sha256') ?? '').trim().toLowerCase();
  if (sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw row.error(
      'sha256',
      `expected 64 hexadecimal digits, found ${JSON.stringify(row.cell('sha256'))}.`,
      'Leave the cell empty to find the photo by its path.',
    );
  }
  if (path === '' && sha256 === '') {
    throw row.error(
      'split',
      'the row has neither a path nor a hash.',
      'Fill one of them in or remove the row.',
    );
  }
  const part = partFromName(row.cell('split') ?? '');
  if (part === undefined) {
    throw row.error(
      'split',
      `expected ${partNameList}, found ${JSON.stringify(row.cell('split') ?? '')}.`,
      'Correct the cell, or remove the row to have the part chosen.',
    );
  }
  const label = row.cell('label') ?? row.cell('labels');
  return {
    ...(path !== '' && { path }),
    ...(sha256 !== '' && { sha256 }),
    ...(label !== undefined && { label }),
    part,
    line: row.line,
  };
}
