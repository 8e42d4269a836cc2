import { hashText } from '../head/random.ts';

/** Photos that are known as one class each, in ascending order of their rows. */
export interface ChosenPhotos {
  readonly rows: readonly number[];
  /** Index among the known classes, `[rows]`. */
  readonly labels: Int32Array;
  readonly identities: readonly string[];
}

/**
 * Chooses photos of some classes: each photo once, however many copies there are, and when there are more than `most`, evenly from
 * the classes, in the order of a seeded hash. Every class gives two photos at least if it has them.
 *
 * @param known - The classes, by their labels; the others give none.
 */
export function choosePhotos(
  labels: Int32Array,
  identities: readonly string[],
  known: readonly number[],
  most: number,
  seed: number,
): ChosenPhotos {
  const classOf = new Map(known.map((label, index) => [label, index]));
  const firstRows = new Map<string, number>();
  for (const [row, identity] of identities.entries()) {
    if (classOf.has(labels[row] ?? -1) && !firstRows.has(identity)) firstRows.set(identity, row);
  }
  const chosen =
    firstRows.size <= most ? [...firstRows.values()] : chooseEvenly(firstRows, labels, most, seed);
  const rows = chosen.sort((a, b) => a - b);
  return {
    rows,
    labels: Int32Array.from(rows, (row) => classOf.get(labels[row] ?? -1) ?? 0),
    identities: rows.map((row) => identities[row] ?? ''),
  };
}

function chooseEvenly(
  firstRows: ReadonlyMap<string, number>,
  labels: Int32Array,
  most: number,
  seed: number,
): number[] {
  const hashed = [...firstRows]
    .map(([identity, row]) => ({ row, hash: hashText(`unknown/${seed}/${identity}`)[0] }))
    .sort((a, b) => a.hash - b.hash || a.row - b.row);
  const turns = new Map<number, number>();
  // Sorting by each photo's turn within its class takes one of every class before a second of any.
  const inTurn = hashed.map(({ row }) => {
    const label = labels[row] ?? 0;
    const turn = turns.get(label) ?? 0;
    turns.set(label, turn + 1);
    return { row, turn };
  });
  inTurn.sort((a, b) => a.turn - b.turn);
  const count = Math.max(most, inTurn.filter(({ turn }) => turn < 2).length);
  return inTurn.slice(0, count).map(({ row }) => row);
}
