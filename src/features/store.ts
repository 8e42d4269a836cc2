import { createHash } from 'node:crypto';
import { readdir, readFile, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoCode, writeFileAtomic } from '../atomic-file.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { RegraftError } from '../errors.ts';
import type { FeatureView } from './feature-view.ts';
import {
  decodeSegment,
  encodeSegment,
  readSegmentIndex,
  type Segment,
  type SegmentIndex,
  type SegmentOrigin,
  type SegmentTap,
} from './segment.ts';

/** Where a photo's row lies. */
export interface RowLocation {
  /** Path of the segment. */
  readonly segment: string;
  readonly row: number;
  /** Size of the photo in pixels, upright. */
  readonly width: number;
  readonly height: number;
}

/** The features of one network's taps in one form, variant and view, in immutable segments that any number of processes share. */
export interface FeatureStore {
  /** Absolute path; it may not be there yet. */
  readonly folder: string;
  readonly view: FeatureView;
  readonly taps: readonly SegmentTap[];
  /**
   * Finds rows by the SHA-256 of the photos. Every segment that is named was read and its own hash checked; one that is damaged is set
   * aside (`.broken`) and its rows count as missing.
   */
  locate(photos: Iterable<string>): Promise<Map<string, RowLocation>>;
  /**
   * Reads the rows of a located segment; the values are float32 `[rows, size]` a tap.
   *
   * @throws RegraftError `FEATURES_INVALID` when the segment is gone.
   */
  read(segment: string, taps: readonly SegmentTap[]): Promise<Segment>;
  /**
   * Writes rows as a new segment: to a temporary file, synced, renamed to its own SHA-256.
   *
   * @throws RegraftError `OUT_OF_DISK` or `NOT_WRITABLE`.
   */
  append(segment: Segment): Promise<void>;
}

/** Raised when the same photo gives other features though the network and its variant are the same, or segments tell other things of a photo. */
const featuresVersion = 1;
const extension = '.arrow';
/** What to do when features that were there a moment ago are gone. */
export const goneHint =
  'Another process has probably cleared the store: run the same command again, and what is missing is computed.';

/** Opens the store of a network's features of one view under `<home>/features`; a missing folder is an empty store. */
export async function openFeatureStore(
  home: string,
  backbone: Backbone,
  view: FeatureView = 'whole',
): Promise<FeatureStore> {
  const { sha256: weights, form, variant } = backbone;
  const name = view === 'whole' ? variant : `${variant}-${view}`;
  const folder = join(home, 'features', `${weights.slice(0, 16)}-${form}-${name}-v${featuresVersion}`);
  const origin = { backbone: weights, form, view: name };
  const locations = await indexSegments(folder, origin);
  const verified = new Map<string, Promise<boolean>>();
  const isWhole = (segment: string): Promise<boolean> => {
    const known = verified.get(segment) ?? verifySegment(segment);
    verified.set(segment, known);
    return known;
  };

  return {
    folder,
    view,
    taps: backbone.taps,
    async locate(photos) {
      const found = new Map<string, RowLocation>();
      for (const photo of photos) {
        for (const location of locations.get(photo) ?? []) {
          if (!(await isWhole(location.segment))) continue;
          found.set(photo, location);
          break;
        }
      }
      return found;
    },
    async read(segment, taps) {
      const bytes = await readFile(segment).catch((error: unknown) => {
        throw new RegraftError(
          'FEATURES_INVALID',
          `The features in ${segment} are not in the store any more (${errnoCode(error) ?? String(error)}).`,
          { hint: goneHint, cause: error },
        );
      });
      return decodeSegment(bytes, taps);
    },
    async append(rows) {
      const bytes = encodeSegment(rows, backbone.taps, origin);
      const segment = join(folder, `${sha256(bytes)}${extension}`);
      await writeFileAtomic(segment, bytes);
      verified.set(segment, Promise.resolve(true));
      addLocations(locations, segment, rows);
    },
  };
}

async function indexSegments(folder: string, origin: SegmentOrigin): Promise<Map<string, RowLocation[]>> {
  const locations = new Map<string, RowLocation[]>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.endsWith(extension)).sort()) {
    const segment = join(folder, name);
    try {
      addLocations(locations, segment, await readSegmentIndex(segment, origin));
    } catch {
      await setAside(segment);
    }
  }
  return locations;
}

function addLocations(
  locations: Map<string, RowLocation[]>,
  segment: string,
  { photos, sizes }: SegmentIndex,
): void {
  photos.forEach((photo, row) => {
    const location = { segment, row, width: sizes[row * 2] ?? 0, height: sizes[row * 2 + 1] ?? 0 };
    const known = locations.get(photo);
    if (known === undefined) locations.set(photo, [location]);
    else known.push(location);
  });
}

async function verifySegment(segment: string): Promise<boolean> {
  const bytes = await readFile(segment).catch(() => undefined);
  // Another process may have set it aside or pruned it since the index was read.
  if (bytes === undefined) return false;
  if (!segment.endsWith(`${sha256(bytes)}${extension}`)) {
    await setAside(segment);
    return false;
  }
  // `regraft cache prune` goes by the time of last use; a store that cannot be touched is still readable.
  await utimes(segment, new Date(), new Date()).catch(() => undefined);
  return true;
}

async function setAside(segment: string): Promise<void> {
  await rename(segment, `${segment}.broken`).catch(() => undefined);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
