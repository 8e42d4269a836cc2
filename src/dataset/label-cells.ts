import type { RegraftError } from '../errors.ts';

/** Between the names in a cell of several labels; a file uses one of them. */
const separators = [';', '|'] as const;
type Separator = (typeof separators)[number];

/** The separator of the cells that Regraft writes. */
const written: Separator = ';';

/** Takes the cells of a column `labels` apart, line by line. */
export type ReadLabelCell = (
  cell: string,
  line: number,
  error: (problem: string, hint: string) => RegraftError,
) => string[];

/**
 * Begins to read the cells of one column `labels`: names separated by `;` or `|`, by the same one in the whole column; spaces around names
 * are dropped, a name that is there twice counts once, and a blank cell holds none.
 *
 * @returns a function that throws what `error` gives for an empty name and for a second separator
 */
export function openLabelCells(): ReadLabelCell {
  let first: { separator: Separator; line: number } | undefined;
  return (cell, line, error) => {
    for (const separator of separators.filter((candidate) => cell.includes(candidate))) {
      first ??= { separator, line };
      if (first.separator === separator) continue;
      const place = first.line === line ? 'this cell' : `line ${first.line}`;
      throw error(
        `expected names separated by "${first.separator}" as in ${place}, found "${separator}".`,
        'Use the same separator in the whole file; a name must hold neither.',
      );
    }
    if (cell.trim() === '') return [];
    const names = cell.split(first?.separator ?? written).map((name) => name.trim());
    if (names.includes('')) {
      throw error(
        `expected a name on both sides of "${first?.separator ?? written}", found ${JSON.stringify(cell)}.`,
        'Remove the separator that is too much; a photo without labels has an empty cell.',
      );
    }
    return [...new Set(names)];
  };
}

/** Writes several labels into one cell: joined by `;`, or by `|` where a name of the classes holds that. */
export function formatLabelCell(names: readonly string[], classes: readonly string[]): string {
  return names.join(classes.some((name) => name.includes(written)) ? '|' : written);
}
