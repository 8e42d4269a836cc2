import type { FeatureStore } from './store.ts';

/** One photo's features. */
export interface FeatureRow {
  /** SHA-256 of the photo's bytes, hexadecimal. */
  readonly photo: string;
  /** Size of the photo in pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** One array a tap. */
  readonly values: readonly Float32Array[];
}

/** Collects rows and writes them to the store in segments. */
export interface SegmentWriter {
  /** Takes one photo's row; writes a segment when enough rows or seconds have come together. */
  add(row: FeatureRow): Promise<void>;
  /** Writes what is left. */
  flush(): Promise<void>;
}

const segmentRows = 256;
/** A process that is killed loses at most the rows of this time. */
const segmentMs = 4000;

/** Starts a writer; it may be used by many tasks at once. */
export function segmentWriter(store: FeatureStore): SegmentWriter {
  let rows: FeatureRow[] = [];
  let since = performance.now();

  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    const full = rows;
    [rows, since] = [[], performance.now()];
    await store.append({
      photos: full.map(({ photo }) => photo),
      sizes: Uint32Array.from(full.flatMap(({ width, height }) => [width, height])),
      values: store.taps.map(({ size }, tap) => stack(full, tap, size)),
    });
  };
  return {
    async add(row) {
      if (rows.length === 0) since = performance.now();
      rows.push(row);
      if (rows.length >= segmentRows || performance.now() - since >= segmentMs) await flush();
    },
    flush,
  };
}

function stack(rows: readonly FeatureRow[], tap: number, size: number): Float32Array {
  const stacked = new Float32Array(rows.length * size);
  rows.forEach(({ values }, index) => {
    const own = values[tap];
    if (own?.length !== size) {
      throw new RangeError(`Expected ${size} values for tap ${tap} but received ${own?.length ?? 0}`);
    }
    stacked.set(own, index * size);
  });
  return stacked;
}
