import stringWidth from 'string-width';

/** How a column is aligned. */
export type Align = 'left' | 'right';

/** Lays rows out in aligned columns, two spaces apart; wide characters count as two. */
export function formatTable(rows: readonly (readonly string[])[], align: readonly Align[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell))));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => padCell(cell, widths[column] ?? 0, align[column] ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
}

/** Fills a cell with spaces up to a width in terminal columns. */
export function padCell(cell: string, width: number, align: Align = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return align === 'left' ? cell + fill : fill + cell;
}
