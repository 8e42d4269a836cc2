import { distance } from 'fastest-levenshtein';

/** Finds the id that a misspelt one is likely to mean; undefined when none is near. */
export function nearestId(id: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(id.toLowerCase(), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(3, best.candidate.length / 2) ? best.candidate : undefined;
}
