import type { ActivationStore } from './activation-store.ts';
import type { ActivationRow } from './segment-file.ts';

/** Collects rows and writes them to the store in segments. */
export interface ActivationWriter {
  /** Takes the rows of one photo; writes a segment when enough bytes or seconds have come together. */
  add(rows: readonly ActivationRow[]): Promise<void>;
  /** Writes what is left. */
  flush(): Promise<void>;
}

const segmentBytes = 32_000_000;
/** A process that is killed loses at most the rows of this time. */
const segmentMs = 4000;

/** Starts a writer; it may be used by many tasks at once. */
export function activationWriter(store: ActivationStore): ActivationWriter {
  let rows: ActivationRow[] = [];
  let since = performance.now();
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    const full = rows;
    rows = [];
    await store.append(full);
  };
  return {
    async add(more) {
      if (rows.length === 0) since = performance.now();
      rows.push(...more);
      const isFull = rows.length * store.values.bytes >= segmentBytes;
      if (isFull || performance.now() - since >= segmentMs) await flush();
    },
    flush,
  };
}
