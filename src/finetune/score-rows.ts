import { inLanes } from './in-lanes.ts';
import { readAhead } from './read-ahead.ts';
import type { TuningRows } from './tuning.ts';
import type { TuningSessions } from './tuning-sessions.ts';

/** How rows are scored. */
export interface ScoreRowsOptions {
  readonly classes: number;
  /** Rows that a worker runs at once. */
  readonly microBatch: number;
  /** Told of each piece how many rows (photos × views) it has. */
  readonly onRows?: (rows: number) => void;
}

/** Computes logits with the parameters that the workers hold, averaged over the views of each photo: `[photos, classes]`. */
export async function scoreRows(
  sessions: TuningSessions,
  rows: TuningRows,
  { classes, microBatch, onRows }: ScoreRowsOptions,
): Promise<Float32Array> {
  const total = rows.photos * rows.views;
  const pieces = Math.ceil(total / microBatch);
  const logits = new Float32Array(total * classes);
  const take = readAhead(pieces, sessions.workers, (piece) => {
    const length = Math.min(microBatch, total - piece * microBatch);
    const row = (index: number): number => piece * microBatch + index;
    return rows.read(
      Int32Array.from({ length }, (_, index) => Math.floor(row(index) / rows.views)),
      Int32Array.from({ length }, (_, index) => row(index) % rows.views),
    );
  });
  await inLanes(sessions.workers, pieces, async (piece, worker) => {
    const own = await sessions.logits(await take(), worker);
    logits.set(own, piece * microBatch * classes);
    onRows?.(own.length / classes);
  });
  return averageViews(logits, rows, classes);
}

function averageViews(logits: Float32Array, { photos, views }: TuningRows, classes: number): Float32Array {
  return Float32Array.from({ length: photos * classes }, (_, index) => {
    const first = Math.floor(index / classes) * views * classes + (index % classes);
    let sum = 0;
    for (let view = 0; view < views; view++) sum += logits[first + view * classes]!;
    return sum / views;
  });
}
