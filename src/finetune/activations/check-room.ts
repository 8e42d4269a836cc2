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

/** Photos, each of which is wanted in the same views. */
export interface WantedActivations {
  readonly photos: readonly Photo[];
  readonly views: readonly FeatureView[];
}

/** Where activations are kept, and how much of them. */
export interface RoomOptions {
  /** Regraft's home. */
  readonly home: string;
  /** The most bytes that all wanted activations may take on the disk, those included that are stored. @default no limit */
  readonly diskLimit?: number | undefined;
}

/**
 * Checks whether there is room for the activations of all parts of the photos together: nothing is computed, and what is stored is not read.
 *
 * @returns what is missing
 * @throws RegraftError `OUT_OF_DISK`, `DISK_LIMIT`
 */
export async function checkActivations(
  wanted: readonly WantedActivations[],
  backbone: Backbone,
  cut: CutNetwork,
  options: RoomOptions,
): Promise<ExtractionEstimate> {
  const store = await openActivationStore(options.home, backbone, cut);
  return checkRoom(wanted, store, options.diskLimit);
}

/** A row's entry in its segment's index, about. */
const bytesBesideValues = 260;
const remedy = 'Take fewer views (--tune-views), or train fewer blocks (--fine-tune with a later block)';

/** As {@link checkActivations}, of an open store. */
export async function checkRoom(
  wanted: readonly WantedActivations[],
  store: ActivationStore,
  diskLimit: number | undefined,
): Promise<ExtractionEstimate> {
  const rowBytes = store.values.bytes + bytesBesideValues;
  const whole = estimate(wanted, rowBytes, () => true);
  if (diskLimit !== undefined && whole.bytes > diskLimit) throw overLimit(whole, diskLimit, rowBytes);
  const missing = estimate(wanted, rowBytes, (photo, view) => store.sizeOf(photo, view) === undefined);
  if (missing.views > 0) await checkSpace(store.folder, missing, remedy);
  return missing;
}

/** What some of the wanted rows take; one that is wanted twice is counted once. */
function estimate(
  wanted: readonly WantedActivations[],
  rowBytes: number,
  counts: (photo: string, view: FeatureView) => boolean,
): ExtractionEstimate {
  const rows = new Map<string, Set<FeatureView>>();
  for (const { photos, views } of wanted) {
    for (const { sha256 } of photos) {
      const counted = views.filter((view) => counts(sha256, view));
      if (counted.length > 0) rows.set(sha256, new Set([...(rows.get(sha256) ?? []), ...counted]));
    }
  }
  const views = [...rows.values()].reduce((sum, { size }) => sum + size, 0);
  return { photos: rows.size, views, bytes: views * rowBytes };
}

function overLimit(whole: ExtractionEstimate, limit: number, rowBytes: number): RegraftError {
  const fitting = Math.floor(limit / (whole.photos * rowBytes));
  // Only where every photo has as many views does their number say something.
  const says = fitting > 0 && Number.isInteger(whole.views / whole.photos);
  const fits = says ? ` ${fitting} ${fitting === 1 ? 'view' : 'views'} of each photo would fit.` : '';
  return new RegraftError(
    'DISK_LIMIT',
    `Expected activations of at most ${formatMegabytes(limit)} but found more: ${describeExtraction(whole)}.`,
    { hint: `${remedy}, or allow more (--disk-limit).${fits}` },
  );
}
