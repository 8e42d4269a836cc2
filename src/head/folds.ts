import { compareHashes, hashText } from './random.ts';

/** Which fold each row belongs to, `[rows]`; −1 for rows that stay in every fold's training. */
export interface Folds {
  readonly count: number;
  readonly ofRow: Int32Array;
}

/**
 * Deals rows into folds, class by class in the order of a seeded hash of their identities: rows of equal identity stay
 * together, and every fold's training keeps every class. An identity that is alone in its class is never held out.
 * With fewer identities than `wanted` there are fewer folds, and none (`count` 0) when fewer than two could be held out.
 */
export function assignFolds(
  labels: Int32Array,
  identities: readonly string[],
  wanted: number,
  seed: number,
): Folds {
  const classOf = new Map<string, number>();
  for (const [row, identity] of identities.entries()) {
    if (!classOf.has(identity)) classOf.set(identity, labels[row] ?? 0);
  }
  const members = new Map<number, { identity: string; hash: readonly number[] }[]>();
  for (const [identity, label] of classOf) {
    const own = members.get(label) ?? [];
    own.push({ identity, hash: hashText(`folds/${seed}/${identity}`) });
    members.set(label, own);
  }
  // Going on where the last class stopped keeps the folds equally large.
  const dealt = [...members.entries()]
    .sort(([a], [b]) => a - b)
    .filter(([, own]) => own.length > 1)
    .flatMap(([, own]) => own.sort(compareHashes));
  const count = Math.min(wanted, dealt.length);
  if (count < 2) return { count: 0, ofRow: new Int32Array(labels.length).fill(-1) };
  const foldOf = new Map(dealt.map(({ identity }, index) => [identity, index % count]));
  return { count, ofRow: Int32Array.from(identities, (identity) => foldOf.get(identity) ?? -1) };
}
