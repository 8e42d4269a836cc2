import type { Random } from './random.ts';

/** Draws `count` rows as the classic does: a class, each equally likely, and then a row of it. With repetition. */
export type DrawRows = (count: number) => Int32Array;

/** Makes the drawing over labels `[rows]`; classes without rows are never drawn. There must be a row. */
export function sampleRows(labels: Int32Array, random: Random): DrawRows {
  const rowsByClass = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const own = rowsByClass.get(label);
    if (own === undefined) rowsByClass.set(label, [row]);
    else own.push(row);
  }
  const classes = [...rowsByClass].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  const drawFrom = <T>(items: readonly T[]): T => {
    const item = items[random.below(items.length)];
    if (item === undefined) throw new RangeError('Expected at least one row to draw from');
    return item;
  };
  return (count) => Int32Array.from({ length: count }, () => drawFrom(drawFrom(classes)));
}
