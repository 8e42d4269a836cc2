import { catalogue } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { isStored, weightsPath } from './source/weights-file.ts';

/** A network of the catalogue, and whether its weights are on this machine. */
export interface ListedBackbone {
  readonly entry: CatalogueEntry;
  /** Where the weights are, or would be. */
  readonly path: string;
  /** By the file's size; its SHA-256 is checked when it is used. */
  readonly stored: boolean;
}

/** Lists the catalogue's networks and which of them are stored. */
export async function listBackbones(
  home: string,
  entries: readonly CatalogueEntry[] = catalogue,
): Promise<ListedBackbone[]> {
  return Promise.all(
    entries.map(async (entry) => ({
      entry,
      path: weightsPath(entry, home),
      stored: await isStored(entry, home),
    })),
  );
}
