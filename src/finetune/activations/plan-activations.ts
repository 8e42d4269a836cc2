import type { Backbone } from '../../backbone/backbone.ts';
import type { Photo } from '../../dataset/dataset.ts';
import type { ExtractionEstimate } from '../../features/estimate-extraction.ts';
import type { FeatureView } from '../../features/feature-view.ts';
import type { CutNetwork } from '../cut/cut-network.ts';
import { type ActivationStore, openActivationStore } from './activation-store.ts';
import { checkRoom, type RoomOptions, type WantedActivations } from './check-room.ts';

/** What is stored, and what is to be computed. */
export interface ActivationPlan {
  readonly store: ActivationStore;
  /** Photos that lack the same views; one of each content. */
  readonly missing: readonly WantedActivations[];
  /** What is missing: photos, views of all of them, and bytes on the disk. */
  readonly estimate: ExtractionEstimate;
}

/** Options of {@link planActivations}. */
export interface PlanActivationsOptions extends RoomOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks what is stored of views of photos and whether there is room for the rest; nothing is computed or written.
 *
 * @throws RegraftError `OUT_OF_DISK`, `DISK_LIMIT`, `CANCELLED`
 */
export async function planActivations(
  photos: readonly Photo[],
  backbone: Backbone,
  cut: CutNetwork,
  views: readonly FeatureView[],
  { home, diskLimit, signal }: PlanActivationsOptions,
): Promise<ActivationPlan> {
  const store = await openActivationStore(home, backbone, cut);
  const unique = [...new Map(photos.map((photo) => [photo.sha256, photo])).values()];
  await store.verify(
    unique.map(({ sha256 }) => sha256),
    views,
    signal,
  );
  const estimate = await checkRoom([{ photos: unique, views }], store, diskLimit);
  return { store, missing: groupMissing(unique, views, store), estimate };
}

function groupMissing(
  photos: readonly Photo[],
  views: readonly FeatureView[],
  store: ActivationStore,
): WantedActivations[] {
  const groups = new Map<string, { views: FeatureView[]; photos: Photo[] }>();
  for (const photo of photos) {
    const lacking = views.filter((view) => store.sizeOf(photo.sha256, view) === undefined);
    if (lacking.length === 0) continue;
    const group = groups.get(lacking.join()) ?? { views: lacking, photos: [] };
    groups.set(lacking.join(), group);
    group.photos.push(photo);
  }
  return [...groups.values()];
}
