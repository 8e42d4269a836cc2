import { access } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { TableRow } from './csv-table.ts';

/**
 * Reads the path of a photo from a row; backslashes of a list that was made on Windows become slashes.
 *
 * @param root folder that paths are relative to
 * @throws RegraftError `INVALID_CSV` for an empty cell
 */
export async function readPathCell(row: TableRow<'path'>, root: string): Promise<string> {
  const path = row.cell('path') ?? '';
  if (path.trim() === '' || path.includes('\0')) {
    throw row.error(
      'path',
      `expected the path of a photo, found ${JSON.stringify(path)}.`,
      'Fill in the path or remove the row.',
    );
  }
  if (sep === '\\' || !path.includes('\\')) return path;
  // A list that was made on Windows; here a backslash may also be part of a name.
  const written = await access(resolve(root, path)).then(
    () => true,
    () => false,
  );
  return written ? path : path.replaceAll('\\', '/');
}
