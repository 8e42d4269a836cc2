import { dirname, resolve } from 'node:path';
import { RegraftError } from '../errors.ts';
import { readPathCell } from './csv-path-cell.ts';
import { readTable } from './csv-table.ts';
import type { SkippedPhoto } from './dataset.ts';
import type { FoundFile } from './walk.ts';

const layout = { columns: ['path'], required: [['path']], code: 'INVALID_CSV' } as const;

/**
 * Reads the photos that the column `path` of a CSV names, relative to the CSV; other columns are left alone. A row that cannot be read is
 * given as skipped and named by its line, and so is the rest of a file that cannot be read further.
 */
export async function* readPathList(csv: string): AsyncGenerator<FoundFile | SkippedPhoto> {
  const root = dirname(csv);
  try {
    for await (const row of readTable<'path'>(csv, layout)) {
      try {
        const path = await readPathCell(row, root);
        yield { path: row.cell('path') ?? path, file: resolve(root, path) };
      } catch (error) {
        yield skippedRow(`${csv}:${row.line}`, error);
      }
    }
  } catch (error) {
    yield skippedRow(csv, error);
  }
}

function skippedRow(path: string, error: unknown): SkippedPhoto {
  if (!(error instanceof RegraftError)) throw error;
  const { code, message, hint } = error;
  return { path, code, reason: hint === undefined ? message : `${message} ${hint}` };
}
