import { RegraftError } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import type { Activation } from './cut/split-graph.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningGraphs } from './tuning-graphs.ts';

/** What the time of a fine-tuning follows from. */
export interface TimeInput {
  readonly graphs: TuningGraphs;
  readonly activation: Activation;
  readonly classes: number;
  readonly settings: TuningSettings;
  /** Photos of an epoch, and views that are judged after it. */
  readonly photos: number;
  readonly judged: number;
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
}

/** A pass without gradients takes about a third of one with them: one product for each weight instead of three. */
const shareOfForward = 1 / 3;

/** Estimates how long the epochs of a fine-tuning take, ms, from one micro-batch on one core. */
export async function estimateTime(input: TimeInput): Promise<number> {
  const { graphs, activation, classes, settings, photos, judged, workers, signal } = input;
  const rows = Math.min(settings.microBatch, Math.max(1, photos));
  await using pool = await openSessions(graphs.gradient, { workers: 1, signal });
  const feeds = {
    [activation.name]: filled(activation, rows),
    targets: floats([rows, classes], new Float32Array(rows * classes).fill(1 / classes)),
    ...Object.fromEntries(graphs.parameters),
  };
  // The first run also allocates.
  let ms = 0;
  for (let run = 0; run < 2; run++) {
    const start = performance.now();
    await pool.run(feeds, { signal });
    ms = performance.now() - start;
  }
  return (settings.epochs * (photos + judged * shareOfForward) * ms) / rows / workers;
}

/**
 * Refuses a fine-tuning that is expected to take too long.
 *
 * @param limit - Minutes.
 * @throws RegraftError `INVALID_OPTION`
 */
export function checkTime(ms: number, limit: number | undefined): void {
  if (limit === undefined || ms <= limit * 60_000) return;
  const minutes = (ms / 60_000).toPrecision(2);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected fine-tuning to take at most ${limit} minutes but its epochs will take about ${minutes} minutes.`,
    { hint: 'Train fewer blocks or epochs (--fine-tune, --tune-epochs), or raise --time-limit.' },
  );
}

function filled({ type, dims }: Activation, rows: number): Tensor {
  const count = dims.reduce((product, dim) => product * dim, rows);
  const data =
    type === 'float32'
      ? new Float32Array(count)
      : type === 'uint8'
        ? new Uint8Array(count)
        : new Int8Array(count);
  return { type, dims: [rows, ...dims], data: data.fill(1) };
}
