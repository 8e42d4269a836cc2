import type { FeatureStore } from './store.ts';

/** Collects rows and writes them to the store in segments. */
export interface SegmentWriter {
  /** Takes one photo's values, one array a tap; writes a segment when enough rows or seconds have come together. */
  add(photo: string, values: readonly Float32Array[]): Promise<void>;
  /** Writes what is left. */
  flush(): Promise<void>;
}

const segmentRows = 256;
/** A process that is killed loses at most the rows of this time. */
const segmentMs = 4000;

/** Starts a writer; it may be used by many tasks at once. */
export function segmentWriter(store: FeatureStore): SegmentWriter {
  let photos: string[] = [];
  let rows: (readonly Float32Array[])[] = [];
  let since = performance.now();

  const flush = async (): Promise<void> => {
    if (photos.length === 0) return;
    const [fullPhotos, fullRows] = [photos, rows];
    [photos, rows, since] = [[], [], performance.now()];
    await store.append({
      photos: fullPhotos,
      values: store.taps.map(({ size }, tap) => stack(fullRows, tap, size)),
    });
  };
  return {
    async add(photo, values) {
      if (photos.length === 0) since = performance.now();
      photos.push(photo);
      rows.push(values);
      if (photos.length >= segmentRows || performance.now() - since >= segmentMs) await flush();
    },
    flush,
  };
}

function stack(rows: readonly (readonly Float32Array[])[], tap: number, size: number): Float32Array {
  const stacked = new Float32Array(rows.length * size);
  rows.forEach((row, index) => {
    const values = row[tap];
    if (values?.length !== size) {
      throw new RangeError(`Expected ${size} values for tap ${tap} but received ${values?.length ?? 0}`);
    }
    stacked.set(values, index * size);
  });
  return stacked;
}
