import type { RegraftError } from '../errors.ts';
import { csvError, readCsv, type CsvRow } from './csv.ts';

/** What a CSV file with a header must look like. */
export interface TableLayout<Name extends string> {
  /** The columns that are read; others may be there and are left alone. */
  readonly columns: readonly Name[];
  /** Of each of these groups at least one column must be there. */
  readonly required: readonly (readonly Name[])[];
  /** Of each of these groups at most one column may be there. */
  readonly alternatives?: readonly (readonly Name[])[];
  /** A header to advise; absent: all of `columns`. */
  readonly example?: string;
  /** The code of errors about the header, the number of cells, and those from {@link TableRow.error}. */
  readonly code: 'INVALID_CSV' | 'INVALID_SPLIT';
}

/** One row below the header. */
export interface TableRow<Name extends string> {
  readonly line: number;
  /**
   * The cell as written; undefined when the file has no such column.
   *
   * @throws RegraftError with the layout's code when the row has another length than the header: the rows behind it can still be read.
   */
  cell(name: Name): string | undefined;
  /** Gives an error that names the file, the line, and the column where the cell begins. */
  error(name: Name, problem: string, hint: string): RegraftError;
}

/**
 * Reads a CSV file with a header row by row; columns may have any order, their names any case.
 *
 * @throws RegraftError `INVALID_CSV` for broken quoting, and the layout's code for missing columns; errors of the file system as they are.
 */
export async function* readTable<Name extends string>(
  file: string,
  layout: TableLayout<Name>,
): AsyncGenerator<TableRow<Name>> {
  let header: { positions: ReadonlyMap<Name, number>; width: number } | undefined;
  for await (const row of readCsv(file)) {
    if (header === undefined) {
      header = { positions: readHeader(file, row, layout), width: row.fields.length };
    } else {
      yield tableRow(file, row, header, layout.code);
    }
  }
  if (header === undefined) {
    throw csvError(
      layout.code,
      { file, line: 1, column: 1 },
      `expected a header with ${describe(layout)}, but the file is empty.`,
      headerHint(layout),
    );
  }
}

function readHeader<Name extends string>(
  file: string,
  row: CsvRow,
  layout: TableLayout<Name>,
): Map<Name, number> {
  const names = row.fields.map((field) => field.trim().toLowerCase());
  const positions = new Map<Name, number>();
  for (const name of layout.columns) {
    const position = names.indexOf(name);
    if (position < 0) continue;
    const again = names.indexOf(name, position + 1);
    if (again >= 0) {
      const place = { file, line: row.line, column: row.columns[again] ?? 1 };
      throw csvError(
        layout.code,
        place,
        `the column ${name} is there twice.`,
        'Rename or remove one of the two.',
      );
    }
    positions.set(name, position);
  }
  refuseAlternatives(file, row, layout, positions);
  if (layout.required.every((group) => group.some((name) => positions.has(name)))) return positions;
  const found = row.fields.map((field) => JSON.stringify(field)).join(', ');
  const separator = ['\t', ';', '|'].find((char) => row.fields[0]?.includes(char));
  throw csvError(
    layout.code,
    { file, line: row.line, column: 1 },
    `expected a header with ${describe(layout)}, found ${found.length > 200 ? `${found.slice(0, 200)}…` : found}.`,
    separator === undefined
      ? headerHint(layout)
      : `Separate the cells by commas; this file seems to use ${JSON.stringify(separator)}.`,
  );
}

function refuseAlternatives<Name extends string>(
  file: string,
  row: CsvRow,
  { alternatives = [], code }: TableLayout<Name>,
  positions: ReadonlyMap<Name, number>,
): void {
  for (const group of alternatives) {
    const [first, second] = group.filter((name) => positions.has(name));
    if (first === undefined || second === undefined) continue;
    throw csvError(
      code,
      { file, line: row.line, column: row.columns[positions.get(second) ?? 0] ?? 1 },
      `expected one of the columns ${group.join(' and ')}, found both.`,
      'Rename or remove one of the two.',
    );
  }
}

function checkWidth(file: string, row: CsvRow, width: number, code: 'INVALID_CSV' | 'INVALID_SPLIT'): void {
  if (row.fields.length === width) return;
  const column = row.columns[Math.min(width, row.columns.length - 1)] ?? 1;
  throw csvError(
    code,
    { file, line: row.line, column },
    `expected ${width} cells as in the header, found ${row.fields.length}.`,
    'Put a cell that contains a comma into double quotes.',
  );
}

function tableRow<Name extends string>(
  file: string,
  row: CsvRow,
  { positions, width }: { readonly positions: ReadonlyMap<Name, number>; readonly width: number },
  code: 'INVALID_CSV' | 'INVALID_SPLIT',
): TableRow<Name> {
  return {
    line: row.line,
    cell(name) {
      checkWidth(file, row, width, code);
      return row.fields[positions.get(name) ?? -1];
    },
    error: (name, problem, hint) =>
      csvError(
        code,
        { file, line: row.line, column: row.columns[positions.get(name) ?? 0] ?? 1 },
        problem,
        hint,
      ),
  };
}

function describe<Name extends string>({ required }: TableLayout<Name>): string {
  const groups = required.map((group) => group.join(' or '));
  return `the column${groups.length > 1 ? 's' : ''} ${groups.join(' and ')}`;
}

function headerHint<Name extends string>(layout: TableLayout<Name>): string {
  return `Begin the file with the line \`${layout.example ?? layout.columns.join(',')}\`.`;
}
