import type { Model, Tensor } from '../onnx/graph.ts';
import { openSessions, type PinnedTensor, type SharedFloats } from '../runtime/session-pool.ts';
import type { ParameterLayout } from './parameter-layout.ts';
import type { TuningProblem } from './tuning.ts';

type Feeds = Readonly<Record<string, Tensor>>;

/** The graphs of a fine-tuning in worker threads, each with its own copy of the parameters. */
export interface TuningSessions extends AsyncDisposable {
  readonly workers: number;
  /** Gives all workers the parameters that both graphs use from now on. */
  load(parameters: SharedFloats): Promise<void>;
  /** Writes the gradient of some rows into a vector of all parameters, and gives the sum of their losses. */
  gradient(feeds: Feeds, worker: number, into: SharedFloats): Promise<number>;
  /** The logits of some rows, `[rows, classes]`. */
  logits(feeds: Feeds, worker: number): Promise<Float32Array>;
}

/**
 * Opens the graphs of a fine-tuning, both in the same threads, so that a worker holds the parameters once.
 *
 * @throws RegraftError `RUNTIME_MISSING`, `RUNTIME_FAILED` or `INVALID_OPTION`.
 */
export async function openTuningSessions(
  { gradient, forward }: Pick<TuningProblem, 'gradient' | 'forward'>,
  { slices, length }: ParameterLayout,
  { workers, signal }: { workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<TuningSessions> {
  requireOutputs(gradient, ['loss', ...slices.map(({ name }) => `gradient/${name}`)]);
  requireOutputs(forward, ['logits']);
  const pool = await openSessions(gradient, { workers, signal });
  try {
    const scoring = await pool.openBeside(forward);
    const tensorsOf = (vector: SharedFloats): Tensor[] =>
      slices.map(({ dims, from, to }) => ({ type: 'float32', dims, data: vector.subarray(from, to) }));
    const empty = tensorsOf(new Float32Array(new SharedArrayBuffer(4 * length)));
    const pins: readonly PinnedTensor[][] = await Promise.all(
      Array.from({ length: pool.workers }, (_, worker) =>
        Promise.all(empty.map((tensor) => pool.pin(tensor, worker))),
      ),
    );
    const parametersOf = pins.map((own) =>
      Object.fromEntries(slices.map(({ name }, index) => [name, own[index]!])),
    );
    return {
      workers: pool.workers,
      async load(parameters) {
        const tensors = tensorsOf(parameters);
        await pool.refill(new Map(pins.flatMap((own) => own.map((pin, index) => [pin, tensors[index]!]))));
      },
      async gradient(feeds, worker, vector) {
        const into = Object.fromEntries(
          slices.map(({ name, from, to }) => [`gradient/${name}`, vector.subarray(from, to)]),
        );
        const { loss } = await pool.run({ ...feeds, ...parametersOf[worker] }, { worker, signal, into });
        return Number(loss?.data[0]);
      },
      async logits(feeds, worker) {
        const { logits } = await scoring.run({ ...feeds, ...parametersOf[worker] }, { worker, signal });
        return logits?.data as Float32Array;
      },
      [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
    };
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

// A gradient that no run writes would be that of an earlier step.
function requireOutputs({ graph }: Model, names: readonly string[]): void {
  const made = new Set(graph.outputs.map(({ name }) => name));
  const missing = names.filter((name) => !made.has(name));
  if (missing.length > 0) throw new RangeError(`Expected the outputs ${missing.join(', ')} of ${graph.name}`);
}
