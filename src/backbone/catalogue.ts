import { RegraftError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { inceptionV3 } from './inception-v3.ts';
import { mobilenetV2Ssd } from './mobilenet-v2-ssd.ts';
import { nearestId } from './nearest-id.ts';
import { untestedNetworks } from './untested.ts';

/** The network that is used unless another is asked for. */
export const defaultBackbone = 'inception-v3';

/** Every network that Regraft knows by name. */
export const catalogue: readonly CatalogueEntry[] = [inceptionV3, mobilenetV2Ssd];

/** The id of every network with a name: those of the catalogue, and those that are pinned at first use. */
export const networkIds: readonly string[] = [...catalogue, ...untestedNetworks].map(({ id }) => id);

/** What may name a network besides an id, for hints. */
export const otherNames = 'a file, a folder, or a source such as hf:<owner>/<name>#<path>';

/**
 * Finds a network by its id.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN` with the nearest match, the list, and what else names a network.
 */
export function findEntry(id: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.id === id);
  if (entry) return entry;
  const nearest = nearestId(id, networkIds);
  const list = `Networks in the catalogue: ${networkIds.join(', ')}. Another network is named by ${otherNames}.`;
  throw new RegraftError(
    'BACKBONE_UNKNOWN',
    `No network is called "${id}", and no file or folder of that name is here.`,
    { hint: nearest === undefined ? list : `Did you mean "${nearest}"? ${list}` },
  );
}
