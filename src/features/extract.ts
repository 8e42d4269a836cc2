import type { Backbone } from '../backbone/backbone.ts';
import type { Photo, SkippedPhoto } from '../dataset/dataset.ts';
import { type RegraftError, throwIfCancelled } from '../errors.ts';
import { defaultMaxPixels, tooLargeError } from '../image/open-photo.ts';
import type { OnProgress } from '../shared/progress.ts';
import { checkSpace } from './check-space.ts';
import { describeExtraction, estimateExtraction } from './estimate-extraction.ts';
import { extractionProgress } from './extraction-progress.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { locateViews, type MissingViews } from './missing-views.ts';
import { isAboutOnePhoto, preparePhoto } from './prepare-photo.ts';
import type { FeatureStore, RowLocation } from './store.ts';
import { segmentWriter, type SegmentWriter } from './segment-writer.ts';
import { openViewNetwork, type ViewNetwork } from './view-network.ts';

/** How features are extracted. */
export interface ExtractOptions {
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  /** Photos with more pixels are left out, also those whose features are stored. @default 120,000,000 */
  readonly maxPixels?: number | undefined;
  /** Stops at the first photo that cannot be used; what was computed is kept. @default false */
  readonly strict?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an extraction did. */
export interface Extraction {
  /** Photos that the network was run on, in one view or several. */
  readonly computed: number;
  /** Photos whose features were in the store already, in every view. */
  readonly cached: number;
  /** Photos that cannot be used; with `strict` those that were met before it stopped. */
  readonly failed: readonly SkippedPhoto[];
}

/**
 * Brings the features of photos into the stores of one or several views of one network: what is there already is not computed again, and a photo that lacks
 * several views is decoded once. Decoding overlaps with inference; memory does not grow with the number of photos, and at most the last seconds'
 * work is lost when the process is killed.
 *
 * @throws RegraftError `CANCELLED`, `OUT_OF_DISK` (for several views before any work), `RUNTIME_MISSING`. A photo that cannot be decoded is listed,
 * not thrown.
 */
export async function extractFeatures(
  photos: readonly Photo[],
  backbone: Backbone,
  stores: readonly FeatureStore[],
  options: ExtractOptions = {},
): Promise<Extraction> {
  const { complete, missing, rows } = await locateViews(photos, stores);
  const failures = findTooLarge(rows, options.maxPixels);
  const cached = photos.filter(({ sha256 }) => complete.has(sha256) && !failures.has(sha256)).length;
  const estimate = estimateExtraction(missing, backbone.taps);
  const stops = (): boolean => options.strict === true && failures.size > 0;
  const [first] = stores;
  if (first !== undefined && stores.length > 1 && estimate.views > 0 && !stops()) {
    await checkSpace(first.folder, estimate);
    options.onProgress?.({ type: 'line', stage: 'features', text: describeExtraction(estimate) });
  }

  let computed = 0;
  let report: ReturnType<typeof extractionProgress> | undefined;
  for (const group of missing) {
    if (stops()) break;
    const views = group.stores.map(({ view }) => view);
    await using network = await openViewNetwork(backbone, views, options);
    report ??= extractionProgress(estimate, options.onProgress);
    await extractGroup(group, backbone, network, options, (photo, error) => {
      if (error === undefined) computed++;
      else failures.set(photo.sha256, error);
      report?.(views.length);
      return !stops();
    });
  }
  return { computed, cached, failed: listFailed(photos, failures) };
}

/** Computes what some photos lack, all in the same views; `done` tells whether to go on. */
async function extractGroup(
  { stores, photos }: MissingViews,
  backbone: Backbone,
  network: ViewNetwork,
  options: ExtractOptions,
  done: (photo: Photo, error?: RegraftError) => boolean,
): Promise<void> {
  const writers = stores.map(segmentWriter);
  try {
    await forEachConcurrently(photos, network.workers * 2 + 2, async (photo) => {
      throwIfCancelled(options.signal);
      try {
        await extractOne(photo, backbone, network, writers, options);
      } catch (error) {
        if (!isAboutOnePhoto(error)) throw error;
        return done(photo, error);
      }
      return done(photo);
    });
  } finally {
    for (const writer of writers) await writer.flush();
  }
}

// The limit holds whatever was computed under another one.
function findTooLarge(
  rows: ReadonlyMap<string, RowLocation>,
  maxPixels = defaultMaxPixels,
): Map<string, RegraftError> {
  const tooLarge = new Map<string, RegraftError>();
  for (const [photo, { width, height }] of rows) {
    if (width * height > maxPixels) {
      tooLarge.set(photo, tooLargeError({ name: '', width, height }, maxPixels));
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

async function extractOne(
  photo: Photo,
  backbone: Backbone,
  network: ViewNetwork,
  writers: readonly SegmentWriter[],
  { maxPixels, signal }: ExtractOptions,
): Promise<void> {
  const { pixels, width, height } = await preparePhoto(photo, backbone.preprocess, maxPixels);
  const values = await network.run(pixels, photo.sha256, signal);
  for (const [index, writer] of writers.entries()) {
    await writer.add({ photo: photo.sha256, width, height, values: values[index] ?? [] });
  }
}
