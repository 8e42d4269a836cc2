import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Backbone } from '../backbone/backbone.ts';
import type { Photo, SkippedPhoto } from '../dataset/dataset.ts';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import { decodePhoto } from '../image/decode.ts';
import { defaultMaxPixels, openPhoto, tooLargeError } from '../image/open-photo.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import type { OnProgress } from '../shared/progress.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { FeatureStore, RowLocation } from './store.ts';
import { segmentWriter, type SegmentWriter } from './segment-writer.ts';

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
  /** Photos that the network was run on. */
  readonly computed: number;
  /** Photos whose features were in the store already. */
  readonly cached: number;
  /** Photos that cannot be used; with `strict` those that were met before it stopped. */
  readonly failed: readonly SkippedPhoto[];
}

/**
 * Brings the features of photos into the store: those that are there already are not computed again. Decoding overlaps with inference;
 * memory does not grow with the number of photos, and at most the last seconds' work is lost when the process is killed.
 *
 * @throws RegraftError `CANCELLED`, `OUT_OF_DISK`, `RUNTIME_MISSING`. A photo that cannot be decoded is listed, not thrown.
 */
export async function extractFeatures(
  photos: readonly Photo[],
  backbone: Backbone,
  store: FeatureStore,
  options: ExtractOptions = {},
): Promise<Extraction> {
  const located = await store.locate(photos.map(({ sha256 }) => sha256));
  const failures = findTooLarge(located, options.maxPixels);
  const cached = photos.filter(({ sha256 }) => located.has(sha256) && !failures.has(sha256)).length;
  const missing = photos.filter(({ sha256 }) => !located.has(sha256));
  const wanted = [...new Map(missing.map((photo) => [photo.sha256, photo])).values()];
  const stops = (): boolean => options.strict === true && failures.size > 0;
  if (wanted.length === 0 || stops()) return { computed: 0, cached, failed: listFailed(photos, failures) };

  await using sessions = await openSessions(backbone.model, options);
  const writer = segmentWriter(store);
  let computed = 0;
  const report = progressReporter(wanted.length, options.onProgress);
  try {
    await forEachConcurrently(wanted, sessions.workers * 2 + 2, async (photo) => {
      throwIfCancelled(options.signal);
      try {
        await extractOne(photo, backbone, sessions, writer, options);
        computed++;
      } catch (error) {
        if (!(error instanceof RegraftError) || !isAboutOnePhoto(error)) throw error;
        failures.set(photo.sha256, error);
      }
      report();
      return !stops();
    });
  } finally {
    await writer.flush();
  }
  return { computed, cached, failed: listFailed(photos, failures) };
}

// The limit holds whatever was computed under another one.
function findTooLarge(
  located: ReadonlyMap<string, RowLocation>,
  maxPixels = defaultMaxPixels,
): Map<string, RegraftError> {
  const tooLarge = new Map<string, RegraftError>();
  for (const [photo, { width, height }] of located) {
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
  sessions: SessionPool,
  writer: SegmentWriter,
  { maxPixels, signal }: ExtractOptions,
): Promise<void> {
  const { width, height } = backbone.preprocess;
  const opened = await openPhoto(await readPhoto(photo), maxPixels);
  const data = await decodePhoto(opened, backbone.preprocess);
  const image = { type: 'uint8', dims: [1, height, width, 3], data } as const;
  const outputs = await sessions.run({ image }, { signal, transfer: true });
  await writer.add({
    photo: photo.sha256,
    width: opened.width,
    height: opened.height,
    values: backbone.taps.map(({ name }) => outputs[name]?.data as Float32Array),
  });
}

async function readPhoto({ file, sha256 }: Photo): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new RegraftError(
      'PHOTO_UNREADABLE',
      `It cannot be read any more (${errnoCode(error) ?? String(error)}).`,
    );
  });
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new RegraftError(
    'PHOTO_UNREADABLE',
    'It changed while Regraft was running: run the same command again.',
  );
}

function isAboutOnePhoto({ code }: RegraftError): boolean {
  return code.startsWith('PHOTO_') || code === 'NOT_AN_IMAGE' || code === 'FORMAT_UNSUPPORTED';
}

const reportIntervalMs = 100;

function progressReporter(total: number, onProgress: OnProgress | undefined): () => void {
  const start = performance.now();
  let done = 0;
  let last = start;
  return () => {
    done++;
    const now = performance.now();
    if (now - last < reportIntervalMs && done < total) return;
    last = now;
    const rate = done / ((now - start) / 1000);
    onProgress?.({
      type: 'progress',
      stage: 'features',
      done,
      total,
      unit: 'photos',
      rate,
      etaMs: ((total - done) / rate) * 1000,
    });
  };
}
