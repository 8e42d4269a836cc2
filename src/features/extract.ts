import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Backbone } from '../backbone/backbone.ts';
import type { Photo, SkippedPhoto } from '../dataset/dataset.ts';
import { errnoCode } from '../atomic-file.ts';
import { RegraftError, throwIfCancelled } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import { openSessions, type SessionPool } from '../runtime/session-pool.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { FeatureStore } from './store.ts';
import { segmentWriter, type SegmentWriter } from './segment-writer.ts';

/** How features are extracted. */
export interface ExtractOptions {
  /** Worker threads, one core each. @default all cores */
  readonly workers?: number | undefined;
  /** Photos with more pixels are left out. */
  readonly maxPixels?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an extraction did. */
export interface Extraction {
  /** Photos that the network was run on. */
  readonly computed: number;
  /** Photos whose features were in the store already. */
  readonly cached: number;
  /** Photos that could not be decoded. */
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
  const missing = photos.filter(({ sha256 }) => !located.has(sha256));
  const wanted = [...new Map(missing.map((photo) => [photo.sha256, photo])).values()];
  if (wanted.length === 0) return { computed: 0, cached: photos.length, failed: [] };

  await using sessions = await openSessions(backbone.model, options);
  const writer = segmentWriter(store);
  const failures = new Map<string, RegraftError>();
  const report = progressReporter(wanted.length, options.onProgress);
  try {
    await forEachConcurrently(wanted, sessions.workers * 2 + 2, async (photo) => {
      throwIfCancelled(options.signal);
      try {
        await extractOne(photo, backbone, sessions, writer, options);
      } catch (error) {
        if (!(error instanceof RegraftError) || !isAboutOnePhoto(error)) throw error;
        failures.set(photo.sha256, error);
      }
      report();
    });
  } finally {
    await writer.flush();
  }
  return {
    computed: wanted.length - failures.size,
    cached: photos.length - missing.length,
    failed: photos.flatMap(({ path, sha256 }) => {
      const error = failures.get(sha256);
      return error === undefined ? [] : [{ path, code: error.code, reason: error.message }];
    }),
  };
}

async function extractOne(
  photo: Photo,
  backbone: Backbone,
  sessions: SessionPool,
  writer: SegmentWriter,
  { maxPixels, signal }: ExtractOptions,
): Promise<void> {
  const { width, height } = backbone.preprocess;
  const bytes = await readPhoto(photo);
  const data = await decodeImage(bytes, { ...backbone.preprocess, maxPixels });
  const image = { type: 'uint8', dims: [1, height, width, 3], data } as const;
  const outputs = await sessions.run({ image }, { signal, transfer: true });
  await writer.add(
    photo.sha256,
    backbone.taps.map(({ name }) => outputs[name]?.data as Float32Array),
  );
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

/** Runs an action for every item, a few at a time; stops at the first error, after the running ones have ended. */
async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items.values();
  let stopped = false;
  const lane = async (): Promise<void> => {
    for (const item of iterator) {
      if (stopped) return;
      try {
        await action(item);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
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
