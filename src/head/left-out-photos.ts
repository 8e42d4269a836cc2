import { compareHashes, hashText } from './random.ts';
import type { JoinedRows } from './joined-rows.ts';

/** A photo's rows among all rows: those to learn from, and those to judge by. */
export interface LeftOutPhoto {
  readonly learn: readonly number[];
  readonly judge: readonly number[];
}

/**
 * Lists the photos that can be left out one at a time: all whose class has another photo. Rows of equal identity are one photo.
 * Of more than `most`, that many are drawn by a seeded hash of their identities.
 */
export function listPhotos(
  { labels, identities, learnCount, judge }: JoinedRows,
  most: number,
  seed: number,
): LeftOutPhoto[] {
  const photos = new Map<string, { label: number; learn: number[]; judge: number[] }>();
  const photoOf = (row: number): { label: number; learn: number[]; judge: number[] } => {
    const identity = identities[row] ?? '';
    const known = photos.get(identity) ?? { label: labels[row] ?? 0, learn: [], judge: [] };
    photos.set(identity, known);
    return known;
  };
  for (let row = 0; row < learnCount; row++) photoOf(row).learn.push(row);
  for (const row of judge) photoOf(row).judge.push(row);

  const ofClass = new Map<number, number>();
  for (const { label } of photos.values()) ofClass.set(label, (ofClass.get(label) ?? 0) + 1);
  const possible = [...photos].filter(([, { label }]) => (ofClass.get(label) ?? 0) > 1);
  if (possible.length <= most) return possible.map(([, photo]) => photo);
  return possible
    .map(([identity, photo]) => ({ identity, photo, hash: hashText(`left out/${seed}/${identity}`) }))
    .sort(compareHashes)
    .slice(0, most)
    .map(({ photo }) => photo);
}
