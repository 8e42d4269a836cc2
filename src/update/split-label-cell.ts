/**
 * Takes a cell of several labels apart as `formatLabelCell` joins them: by `;`, or by `|` where a name of the classes holds that.
 *
 * @param classes - All classes of the file.
 */
export function splitLabelCell(cell: string, classes: readonly string[]): string[] {
  if (cell.trim() === '') return [];
  return cell.split(classes.some((name) => name.includes(';')) ? '|' : ';').map((name) => name.trim());
}
