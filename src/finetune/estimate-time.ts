import { RegraftError } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions } from '../runtime/session-pool.ts';
import { frozenPart } from './activations/frozen-part.ts';
import type { CutNetwork } from './cut/cut-network.ts';
import type { Activation } from './cut/split-graph.ts';
import type { TuningSettings } from './settings.ts';
import type { TuningGraphs } from './tuning-graphs.ts';

/** What the time of a fine-tuning follows from. */
export interface TimeInput {
  readonly graphs: TuningGraphs;
  readonly cut: CutNetwork;
  /** Views whose activations are to be computed first. */
  readonly missing: number;
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

/** What a fine-tuning is expected to take, ms. */
export interface TimeEstimate {
  readonly activations: number;
  readonly epochs: number;
}

/** Estimates how long a fine-tuning takes: its activations from one view, its epochs from one micro-batch, each on one core. */
export async function estimateTime(input: TimeInput): Promise<TimeEstimate> {
  const { graphs, cut, classes, settings, photos, judged, missing, workers, signal } = input;
  const rows = Math.min(settings.microBatch, Math.max(1, photos));
  const step = await timeRun(graphs.gradient, signal, {
    [cut.activation.name]: filled(cut.activation, rows),
    targets: floats([rows, classes], new Float32Array(rows * classes).fill(1 / classes)),
    ...Object.fromEntries(graphs.parameters),
  });
  const epoch = ((photos + judged * shareOfForward) * step) / rows;
  const view = missing === 0 ? 0 : await timeRun(frozenPart(cut), signal, imageOf(cut));
  return { activations: (missing * view) / workers, epochs: (settings.epochs * epoch) / workers };
}

/** Says it in words: `5 epochs will take about 2 min`. */
export function describeTime({ activations, epochs }: TimeEstimate, count: number): string {
  const first = activations > 0 ? `their activations will take about ${formatTime(activations)}, ` : '';
  const these = `${count} ${count === 1 ? 'epoch' : 'epochs'}`;
  return `${first}${these}${first === '' ? ' will take' : ''} about ${formatTime(epochs)}`;
}

/**
 * Refuses a fine-tuning that is expected to take too long.
 *
 * @param limit - Minutes.
 * @throws RegraftError `INVALID_OPTION`
 */
export function checkTime({ activations, epochs }: TimeEstimate, limit: number | undefined): void {
  const ms = activations + epochs;
  if (limit === undefined || ms <= limit * 60_000) return;
  const minutes = (ms / 60_000).toPrecision(2);
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected fine-tuning to take at most ${limit} minutes but it will take about ${minutes} minutes.`,
    {
      hint: 'Train fewer blocks or epochs (--fine-tune, --tune-epochs), take fewer views (--tune-views), or raise --time-limit.',
    },
  );
}

/** The time of a run on one core, ms; the first also allocates, so it is the second's. */
async function timeRun(
  model: Model,
  signal: AbortSignal | undefined,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<number> {
  await using pool = await openSessions(model, { workers: 1, signal });
  await pool.run(feeds, { signal });
  const start = performance.now();
  await pool.run(feeds, { signal });
  return performance.now() - start;
}

/** A picture of one colour, of the size that the network takes. */
function imageOf({ frozen }: CutNetwork): Readonly<Record<string, Tensor>> {
  const [input] = frozen.graph.inputs;
  if (input === undefined) throw new RangeError('Expected a network with an input.');
  const dims = input.dims.map((dim) => (typeof dim === 'number' ? dim : 1));
  const data = new Uint8Array(dims.reduce((product, dim) => product * dim, 1)).fill(128);
  return { [input.name]: { type: 'uint8', dims, data } };
}

function formatTime(ms: number): string {
  return ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
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
