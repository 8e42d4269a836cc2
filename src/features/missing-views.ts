import type { Photo } from '../dataset/dataset.ts';
import type { FeatureStore, RowLocation } from './store.ts';

/** Photos that lack the features of the same views. */
export interface MissingViews {
  /** The stores of these views. */
  readonly stores: readonly FeatureStore[];
  /** One of each content. */
  readonly photos: readonly Photo[];
}

/** What stores hold of some photos. */
export interface Located {
  /** Photos (by SHA-256) that every store has. */
  readonly complete: ReadonlySet<string>;
  /** The photos that a store lacks, grouped by what they lack. */
  readonly missing: readonly MissingViews[];
  /** A row of each photo that any store has, for its size. */
  readonly rows: ReadonlyMap<string, RowLocation>;
}

/** Looks photos up in the stores of several views. */
export async function locateViews(
  photos: readonly Photo[],
  stores: readonly FeatureStore[],
): Promise<Located> {
  const unique = [...new Map(photos.map((photo) => [photo.sha256, photo])).values()];
  const hashes = unique.map(({ sha256 }) => sha256);
  const rows = new Map<string, RowLocation>();
  const missingOf = new Map<string, FeatureStore[]>(hashes.map((hash) => [hash, []]));
  for (const store of stores) {
    const located = await store.locate(hashes);
    for (const [hash, missing] of missingOf) {
      const row = located.get(hash);
      if (row === undefined) missing.push(store);
      else rows.set(hash, row);
    }
  }
  const groups = new Map<string, { stores: FeatureStore[]; photos: Photo[] }>();
  for (const photo of unique) {
    const missing = missingOf.get(photo.sha256) ?? [];
    if (missing.length === 0) continue;
    const key = missing.map(({ view }) => view).join();
    const group = groups.get(key) ?? { stores: missing, photos: [] };
    groups.set(key, group);
    group.photos.push(photo);
  }
  const complete = hashes.filter((hash) => missingOf.get(hash)?.length === 0);
  return { complete: new Set(complete), missing: [...groups.values()], rows };
}
