import type { Backbone } from '../../backbone/backbone.ts';
import type { Photo, SkippedPhoto } from '../../dataset/dataset.ts';
import { type RegraftError, throwIfCancelled } from '../../errors.ts';
import { describeExtraction } from '../../features/estimate-extraction.ts';
import { extractionProgress } from '../../features/extraction-progress.ts';
import type { FeatureView } from '../../features/feature-view.ts';
import { forEachConcurrently } from '../../features/for-each-concurrently.ts';
import { isAboutOnePhoto, preparePhoto } from '../../features/prepare-photo.ts';
import { openViewSessions, type ViewSessions } from '../../features/view-sessions.ts';
import { defaultMaxPixels, tooLargeError } from '../../image/open-photo.ts';
import type { OnProgress } from '../../shared/progress.ts';
import type { CutNetwork } from '../cut/cut-network.ts';
import type { ActivationStore } from './activation-store.ts';
import { type ActivationWriter, activationWriter } from './activation-writer.ts';
import type { WantedActivations } from './check-room.ts';
import { frozenPart } from './frozen-part.ts';
import { planActivations, type PlanActivationsOptions } from './plan-activations.ts';
import { reportPace } from './report-pace.ts';

/** How activations are computed. */
export interface StoreActivationsOptions extends PlanActivationsOptions {
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  /** Photos with more pixels are left out, also those that are stored. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What is stored now. */
export interface StoredActivations {
  readonly store: ActivationStore;
  /** Photos that the frozen part was run on. */
  readonly computed: number;
  /** Photos that were stored already, in every view. */
  readonly cached: number;
  /** Photos that cannot be used, in the order of the given ones. */
  readonly failed: readonly SkippedPhoto[];
}

/**
 * Brings what the frozen part of a network gives for views of photos to the disk: what is there already is not computed again, and all views that a photo lacks are computed
 * in one run. Decoding overlaps with inference; memory does not grow with the number of photos, and at most the last seconds' work is lost when the process is killed.
 *
 * @throws RegraftError `OUT_OF_DISK` and `DISK_LIMIT` before any work, `CANCELLED`, `RUNTIME_MISSING`. A photo that cannot be decoded is listed, not thrown.
 */
export async function storeActivations(
  photos: readonly Photo[],
  backbone: Backbone,
  cut: CutNetwork,
  views: readonly FeatureView[],
  options: StoreActivationsOptions,
): Promise<StoredActivations> {
  const { store, missing, estimate } = await planActivations(photos, backbone, cut, views, options);
  const failures = findTooLarge(photos, views, store, options.maxPixels);
  const lacking = new Set(missing.flatMap((group) => group.photos.map(({ sha256 }) => sha256)));
  const cached = photos.filter(({ sha256 }) => !lacking.has(sha256) && !failures.has(sha256)).length;
  if (estimate.views > 0) {
    options.onProgress?.({
      type: 'line',
      stage: 'features',
      text: `The frozen layers: ${describeExtraction(estimate)}`,
    });
  }
  const report = extractionProgress(estimate, options.onProgress);
  const pace = reportPace(estimate, options.onProgress);
  let computed = 0;
  for (const group of missing) {
    const model = frozenPart(cut);
    await using sessions = await openViewSessions(model, backbone.preprocess, group.views, options);
    await storeGroup(group, sessions, { backbone, cut, store }, options, (photo, error) => {
      if (error === undefined) computed++;
      else failures.set(photo.sha256, error);
      report(group.views.length);
      pace(group.views.length);
    });
  }
  return { store, computed, cached, failed: listFailed(photos, failures) };
}

interface Work {
  readonly backbone: Backbone;
  readonly cut: CutNetwork;
  readonly store: ActivationStore;
}

async function storeGroup(
  { views, photos }: WantedActivations,
  sessions: ViewSessions,
  work: Work,
  options: StoreActivationsOptions,
  done: (photo: Photo, error?: RegraftError) => void,
): Promise<void> {
  const writer = activationWriter(work.store);
  try {
    await forEachConcurrently(photos, sessions.workers * 2 + 2, async (photo) => {
      throwIfCancelled(options.signal);
      try {
        await storeOne(photo, views, sessions, writer, work, options);
      } catch (error) {
        if (!isAboutOnePhoto(error)) throw error;
        done(photo, error);
        return true;
      }
      done(photo);
      return true;
    });
  } finally {
    await writer.flush();
  }
}

async function storeOne(
  photo: Photo,
  views: readonly FeatureView[],
  sessions: ViewSessions,
  writer: ActivationWriter,
  { backbone, cut, store }: Work,
  { maxPixels, signal }: StoreActivationsOptions,
): Promise<void> {
  const { pixels, width, height } = await preparePhoto(photo, backbone.preprocess, maxPixels);
  const outputs = await sessions.run(pixels, photo.sha256, signal);
  const activation = outputs[cut.activation.name];
  if (activation === undefined) throw new Error(`Expected the output ${cut.activation.name}`);
  await writer.add(
    views.map((view) => {
      const bytes = store.values.encode(activation.data, sessions.rowOf(view));
      return { photo: photo.sha256, view, width, height, bytes };
    }),
  );
}

// The limit holds whatever was computed under another one.
function findTooLarge(
  photos: readonly Photo[],
  views: readonly FeatureView[],
  store: ActivationStore,
  maxPixels = defaultMaxPixels,
): Map<string, RegraftError> {
  const tooLarge = new Map<string, RegraftError>();
  for (const { sha256 } of photos) {
    for (const view of views) {
      const size = store.sizeOf(sha256, view);
      if (size === undefined || size.width * size.height <= maxPixels) continue;
      tooLarge.set(sha256, tooLargeError({ name: '', ...size }, maxPixels));
    }
  }
  return tooLarge;
}

function listFailed(photos: readonly Photo[], failures: ReadonlyMap<string, RegraftError>): SkippedPhoto[] {
  return photos.flatMap(({ path, sha256 }) => {
    const error = failures.get(sha256);
    return error === undefined ? [] : [{ path, code: error.code, reason: error.message }];
  });
}
