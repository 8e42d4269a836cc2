import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { RegraftError } from '../errors.ts';

/** One record of a CSV file. */
export interface CsvRow {
  /** The line on which the record begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** For each field the column at which it begins, in characters from 1. */
  readonly columns: readonly number[];
}

/** A longer field means that a quote was left open: without a limit the rest of the file would become one field. */
const maxFieldLength = 65_536;

/**
 * Reads a CSV file of any length row by row: RFC 4180 quoting, any line ends, a byte order mark is dropped, blank lines too.
 *
 * @throws RegraftError `INVALID_CSV` naming file, line and column; errors of the file system as they are.
 */
export async function* readCsv(file: string): AsyncGenerator<CsvRow> {
  const parser = createParser(file);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const buffer = new Uint8Array(65_536);
  await using handle = await open(file, 'r');
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) break;
    yield* parser.push(decode(decoder, file, buffer.subarray(0, bytesRead)));
  }
  decode(decoder, file);
  yield* parser.end();
}

/** Writes one record with the quotes that RFC 4180 asks for, and a line end. */
export function formatCsvRow(fields: readonly string[]): string {
  return fields.map(quoteField).join(',') + '\n';
}

/** Gives the error for a place in a CSV file. */
export function csvError(
  code: 'INVALID_CSV' | 'INVALID_SPLIT',
  place: { file: string; line: number; column: number },
  problem: string,
  hint: string,
): RegraftError {
  return new RegraftError(code, `${place.file}, line ${place.line}, column ${place.column}: ${problem}`, {
    hint,
  });
}

interface Parser {
  push(text: string): CsvRow[];
  end(): CsvRow[];
}

function createParser(file: string): Parser {
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  let line = 1;
  let column = 0;
  let rowLine = 1;
  let afterReturn = false;
  let text = '';
  let textLine = 1;
  let textColumn = 1;
  let fields: string[] = [];
  let columns: number[] = [];
  let rows: CsvRow[] = [];

  const endField = (): void => {
    fields.push(text);
    columns.push(textColumn);
    text = '';
    state = 'start';
  };
  const endRow = (): void => {
    const blank = fields.length === 0 && state === 'start';
    endField();
    if (!blank) rows.push({ line: rowLine, fields, columns });
    fields = [];
    columns = [];
  };
  const nextLine = (): void => {
    line++;
    column = 0;
  };
  const unclosed = (): RegraftError =>
    csvError(
      'INVALID_CSV',
      { file, line: textLine, column: textColumn },
      'a quote opens here and is not closed.',
      'Close it, or write a quote inside a quoted field twice: "".',
    );
  const take = (char: string): void => {
    column++;
    const lineEnd = char === '\n' || char === '\r';
    const secondOfPair = char === '\n' && afterReturn;
    afterReturn = char === '\r';
    if (state === 'quoted') {
      if (char === '"') state = 'closed';
      else text += char;
      if (text.length > maxFieldLength) throw unclosed();
      if (lineEnd && !secondOfPair) line++;
      if (lineEnd) column = 0;
    } else if (secondOfPair) {
      column = 0;
    } else if (lineEnd) {
      endRow();
      nextLine();
    } else {
      takeInRow(char);
    }
  };
  const takeInRow = (char: string): void => {
    if (state === 'start') {
      if (fields.length === 0) rowLine = line;
      textLine = line;
      textColumn = column;
    }
    if (char === ',') {
      endField();
      // So that a row that ends with a comma is not taken for a blank line, and its last field has a column.
      textLine = line;
      textColumn = column + 1;
    } else if (char === '"' && state === 'start') {
      state = 'quoted';
    } else if (char === '"' && state === 'closed') {
      text += char;
      state = 'quoted';
    } else if (state === 'closed') {
      throw csvError(
        'INVALID_CSV',
        { file, line, column },
        `expected a comma or the end of the line after the closing quote, found ${JSON.stringify(char)}.`,
        'Write a quote inside a quoted field twice: "".',
      );
    } else {
      state = 'plain';
      text += char;
    }
  };
  const flush = (): CsvRow[] => {
    const ready = rows;
    rows = [];
    return ready;
  };
  return {
    push(chunk) {
      for (const char of chunk) take(char);
      return flush();
    },
    end() {
      if (state === 'quoted') throw unclosed();
      endRow();
      return flush();
    },
  };
}

function decode(decoder: TextDecoder, file: string, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw new RegraftError('INVALID_CSV', `${file} is not text in UTF-8.`, {
      hint: 'Save it as "CSV UTF-8" and give that file.',
      cause: error,
    });
  }
}

function quoteField(field: string): string {
  return /[",\r\n]/.test(field) || field !== field.trim() ? `"${field.replaceAll('"', '""')}"` : field;
}
