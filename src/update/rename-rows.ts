import { formatCsvRow, readCsv } from '../dataset/csv.ts';
import { formatLabelCell } from '../dataset/label-cells.ts';
import { splitLabelCell } from './split-label-cell.ts';

/** The columns that hold the name of one class. */
const single = ['label', 'predicted'];

/**
 * Writes a table of a model folder, `split.csv` or `predictions.csv`, with other names of the classes: in the cells of labels and in the
 * header's `p(<class>)`.
 *
 * @param classes - The names before.
 */
export async function renameRows(
  file: string,
  classes: readonly string[],
  named: (name: string) => string,
): Promise<string> {
  const after = classes.map(named);
  let header: readonly string[] | undefined;
  let text = '';
  for await (const { fields } of readCsv(file)) {
    if (header === undefined) {
      header = fields;
      const columns = new Map(classes.map((name) => [`p(${name})`, `p(${named(name)})`]));
      text += formatCsvRow(fields.map((name) => columns.get(name) ?? name));
      continue;
    }
    const columns = header;
    const isSeveral = columns.includes('labels');
    const several = (cell: string): string =>
      formatLabelCell(splitLabelCell(cell, classes).map(named), after);
    text += formatCsvRow(
      fields.map((cell, index) => {
        const column = columns[index] ?? '';
        if (column !== 'labels' && !single.includes(column)) return cell;
        return isSeveral ? several(cell) : named(cell);
      }),
    );
  }
  return text;
}
