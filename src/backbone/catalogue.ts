import { distance } from 'fastest-levenshtein';
import { RegraftError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { inceptionV3 } from './inception-v3.ts';
import { mobilenetV2Ssd } from './mobilenet-v2-ssd.ts';

/** The network that is used unless another is asked for. */
export const defaultBackbone = 'inception-v3';

/** Every network that Regraft knows by name. */
export const catalogue: readonly CatalogueEntry[] = [inceptionV3, mobilenetV2Ssd];

/**
 * Finds a network by its id.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN` with the nearest match and the list.
 */
export function findEntry(id: string, entries: readonly CatalogueEntry[] = catalogue): CatalogueEntry {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry) return entry;
  const known = entries.map((candidate) => candidate.id);
  const nearest = nearestTo(id, known);
  const list = `Networks in the catalogue: ${known.join(', ')}.`;
  throw new RegraftError('BACKBONE_UNKNOWN', `No network is called "${id}".`, {
    hint: nearest === undefined ? list : `Did you mean "${nearest}"? ${list}`,
  });
}

function nearestTo(id: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(id.toLowerCase(), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(3, best.candidate.length / 2) ? best.candidate : undefined;
}
