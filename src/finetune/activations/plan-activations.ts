import type { Backbone } from '../../backbone/backbone.ts';
import type { Photo } from '../../dataset/dataset.ts';
import { RegraftError } from '../../errors.ts';
import { checkSpace } from '../../features/check-space.ts';
import {
  describeExtraction,
  type ExtractionEstimate,
  formatMegabytes,
} from '../../features/estimate-extraction.ts';
import type { FeatureView } from '../../features/feature-view.ts';
import type { CutNetwork } from '../cut/cut-network.ts';
import { type ActivationStore, openActivationStore } from './activation-store.ts';

/** Photos that lack the same views. */
export interface MissingActivations {
  readonly views: readonly FeatureView[];
  /** One of each content. */
  readonly photos: readonly Photo[];
}

/** What is stored, and what is to be computed. */
export interface ActivationPlan {
  readonly store: ActivationStore;
  readonly missing: readonly MissingActivations[];
  /** What is missing: photos, views of all of them, and bytes on the disk. */
  readonly estimate: ExtractionEstimate;
  /** Bytes that all views of all photos take, those included that are stored. */
  readonly totalBytes: number;
}

/** Where activations are kept, and how much of them. */
export interface PlanActivationsOptions {
  /** Regraft's home. */
  readonly home: string;
  /** The most bytes that the activations of these photos may take on the disk. @default no limit */
  readonly diskLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A row's entry in its segment's index, about. */
const bytesBesideValues = 260;

/**
 * Looks up which activations are missing, and whether there is room for them; nothing is computed or written.
 *
 * @throws RegraftError `OUT_OF_DISK`, `DISK_LIMIT`, `CANCELLED`
 */
export async function planActivations(
  photos: readonly Photo[],
  backbone: Backbone,
  cut: CutNetwork,
  views: readonly FeatureView[],
  options: PlanActivationsOptions,
): Promise<ActivationPlan> {
  const store = await openActivationStore(options.home, backbone, cut);
  const unique = [...new Map(photos.map((photo) => [photo.sha256, photo])).values()];
  await store.verify(
    unique.map(({ sha256 }) => sha256),
    views,
    options.signal,
  );
  const missing = groupMissing(unique, views, store);
  const rowBytes = store.values.bytes + bytesBesideValues;
  const missingRows = missing.reduce((sum, group) => sum + group.photos.length * group.views.length, 0);
  const estimate = {
    photos: missing.reduce((sum, group) => sum + group.photos.length, 0),
    views: missingRows,
    bytes: missingRows * rowBytes,
  };
  const totalBytes = unique.length * views.length * rowBytes;
  if (options.diskLimit !== undefined && totalBytes > options.diskLimit) {
    const whole = { photos: unique.length, views: unique.length * views.length, bytes: totalBytes };
    throw overLimit(whole, options.diskLimit, unique.length * rowBytes);
  }
  if (missingRows > 0) await checkSpace(store.folder, estimate, remedy);
  return { store, missing, estimate, totalBytes };
}

const remedy = 'Take fewer views, or train fewer blocks (--fine-tune with a later block)';

function groupMissing(
  photos: readonly Photo[],
  views: readonly FeatureView[],
  store: ActivationStore,
): MissingActivations[] {
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

function overLimit(whole: ExtractionEstimate, limit: number, viewBytes: number): RegraftError {
  const fitting = Math.floor(limit / viewBytes);
  const fits =
    fitting === 0 ? '' : ` ${fitting} ${fitting === 1 ? 'view' : 'views'} of each photo would fit.`;
  return new RegraftError(
    'DISK_LIMIT',
    `Expected activations of at most ${formatMegabytes(limit)} but found more: ${describeExtraction(whole)}.`,
    { hint: `${remedy}, or allow more (--disk-limit).${fits}` },
  );
}
