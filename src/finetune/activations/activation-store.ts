import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode } from '../../atomic-file.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { RegraftError, throwIfCancelled } from '../../errors.ts';
import type { FeatureView } from '../../features/feature-view.ts';
import { goneHint } from '../../features/store.ts';
import type { Tensor } from '../../onnx/graph.ts';
import type { CutNetwork } from '../cut/cut-network.ts';
import { type RowValues, rowValuesOf } from './row-values.ts';
import {
  type ActivationRow,
  readRow,
  readSegmentIndex,
  type SegmentIndex,
  writeSegment,
} from './segment-file.ts';

/** What the frozen part of one cut network gives for views of photos, in immutable segments that any number of processes share. */
export interface ActivationStore {
  /** Absolute path; it may not be there yet. */
  readonly folder: string;
  readonly values: RowValues;
  /**
   * Checks the segments that hold these photos in these views, each row by its own hash: one that is damaged is set aside (`.broken`), and all its rows count as missing.
   *
   * @throws RegraftError `CANCELLED`
   */
  verify(
    photos: readonly string[],
    views: readonly FeatureView[],
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** The size in pixels of a stored photo in a view; undefined where it is not stored. */
  sizeOf(photo: string, view: FeatureView): { readonly width: number; readonly height: number } | undefined;
  /**
   * Writes rows as a new segment.
   *
   * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
   */
  append(rows: readonly ActivationRow[]): Promise<void>;
  /**
   * Reads one view of each photo: the `i`-th row of the result is of `photos[i]` (SHA-256) in the view `views[i]`. Only these rows are in memory.
   *
   * @returns the input of the trained part, `[photos, …]`, in its type
   * @throws RegraftError `FEATURES_INVALID` when a row is gone or damaged.
   */
  read(photos: readonly string[], views: readonly FeatureView[]): Promise<Tensor>;
}

/** Raised when the same photo gives other activations though the network, its variant and the cut are the same, or segments look otherwise. */
const storeVersion = 1;
const extension = '.rows';

interface Segment {
  readonly path: string;
  readonly index: SegmentIndex;
}
interface Place {
  readonly segment: Segment;
  readonly row: number;
}

/** Opens the store of a cut network under `<home>/activations`; a missing folder is an empty store. */
export async function openActivationStore(
  home: string,
  { sha256, form, variant }: Backbone,
  cut: CutNetwork,
): Promise<ActivationStore> {
  const values = rowValuesOf(cut.activation);
  const name = `${sha256.slice(0, 16)}-${form}-${variant}-${fileName(cut.name)}-v${storeVersion}`;
  const folder = join(home, 'activations', name);
  const { type, dims } = cut.activation;
  const origin = JSON.stringify({ sha256, form, variant, cut: cut.name, type, dims, stored: values.stored });
  const places = new Map<string, Place>();
  const add = (segment: Segment): void => {
    segment.index.rows.forEach(({ photo, view }, row) => places.set(keyOf(photo, view), { segment, row }));
  };
  let segments = await openSegments(folder, origin, values.bytes);
  segments.forEach(add);

  return {
    folder,
    values,
    async verify(photos, views, signal) {
      const wanted = new Set(photos.flatMap((photo) => views.map((view) => keyOf(photo, view))));
      const whole: Segment[] = [];
      for (const segment of segments) {
        throwIfCancelled(signal);
        const isWanted = segment.index.rows.some(({ photo, view }) => wanted.has(keyOf(photo, view)));
        if (!isWanted || (await isWhole(segment))) whole.push(segment);
      }
      segments = whole;
      places.clear();
      segments.forEach(add);
    },
    sizeOf(photo, view) {
      const place = places.get(keyOf(photo, view));
      return place?.segment.index.rows[place.row];
    },
    async append(rows) {
      const path = join(folder, `${randomUUID()}${extension}`);
      const segment = { path, index: await writeSegment(path, origin, values.bytes, rows) };
      segments.push(segment);
      add(segment);
    },
    async read(photos, views) {
      const tensor = values.make(photos.length);
      const wanted = new Map<Segment, { row: number; to: number }[]>();
      for (const [to, photo] of photos.entries()) {
        const place = places.get(keyOf(photo, views[to] ?? ''));
        if (place === undefined) throw goneError(folder, 'no row of a photo');
        const rows = wanted.get(place.segment) ?? [];
        wanted.set(place.segment, rows);
        rows.push({ row: place.row, to });
      }
      const reading = [...wanted].map(([segment, rows]) =>
        withFile(segment.path, async (file) => {
          for (const { row, to } of rows) {
            const bytes = await readRow(file, segment.index, row);
            if (bytes === undefined) throw goneError(segment.path, 'a damaged row');
            values.decode(bytes, tensor, to);
          }
        }),
      );
      for (const result of await Promise.allSettled(reading)) {
        if (result.status === 'rejected') throw readError(result.reason, folder);
      }
      return tensor;
    },
  };
}

async function openSegments(folder: string, origin: string, rowBytes: number): Promise<Segment[]> {
  const names = await readdir(folder).catch(() => []);
  const segments: Segment[] = [];
  for (const name of names.filter((known) => known.endsWith(extension)).sort()) {
    const path = join(folder, name);
    try {
      const index = await withFile(path, (file) => readSegmentIndex(file, origin, rowBytes));
      segments.push({ path, index });
    } catch (error) {
      await setAside(path, error);
    }
  }
  return segments;
}

async function isWhole({ path, index }: Segment): Promise<boolean> {
  try {
    const isIntact = await withFile(path, async (file) => {
      for (const row of index.rows.keys()) if ((await readRow(file, index, row)) === undefined) return false;
      return true;
    });
    if (!isIntact) await setAside(path);
    // `regraft cache prune` goes by the time of last use; a store that cannot be touched is still readable.
    else await utimes(path, new Date(), new Date()).catch(() => undefined);
    return isIntact;
  } catch (error) {
    await setAside(path, error);
    return false;
  }
}

async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

/** Puts a damaged file out of the way; where the system refused to read it, or it is gone, nothing is known to be damaged. */
async function setAside(path: string, error?: unknown): Promise<void> {
  if (/^E[A-Z]+$/.test(errnoCode(error) ?? '')) return;
  await rename(path, `${path}.broken`).catch(() => undefined);
}

function readError(error: unknown, folder: string): unknown {
  if (error instanceof RegraftError) return error;
  return goneError(folder, `a file that cannot be read (${errnoCode(error) ?? String(error)})`, error);
}

function goneError(path: string, found: string, cause?: unknown): RegraftError {
  return new RegraftError(
    'FEATURES_INVALID',
    `Expected the stored activations of every photo in ${path} but found ${found}.`,
    { hint: goneHint, ...(cause === undefined ? {} : { cause }) },
  );
}

function keyOf(photo: string, view: string): string {
  return `${photo} ${view}`;
}

/** A block's name as part of a folder's, where it has none but plain characters, else a hash of it. */
function fileName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name)) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}
