import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { openSessions, type PinnedTensor } from '../runtime/session-pool.ts';
import type { LabelledRows } from './head.ts';
import { buildMlpGraph, type MlpShape, parameterSizes } from './mlp-graph.ts';
import { type MlpPlan, planSteps } from './mlp-schedule.ts';
import { createRandom } from './random.ts';
import { readRows } from './row-reader.ts';

/** One training of a network. */
export interface MlpFit {
  /** `[rows]`; rows of weight 0 are not learned from. */
  readonly rowWeights: Float32Array;
  /** Rows whose logits are asked for after each epoch. */
  readonly wanted: readonly number[];
  /** Epochs until the rate is 0. */
  readonly schedule: number;
  /** Epochs to train; fewer than the schedule's end it early. */
  readonly epochs: number;
  /** Called after each epoch; the training ends when it gives false. Without it, only the last epoch's logits are computed. */
  readonly onEpoch?: (epoch: number, logits: Float32Array) => boolean;
}

/** A trained network. */
export interface MlpFitted {
  /** As {@link parameterSizes} says. */
  readonly parameters: Float32Array;
  /** Of the wanted rows, after the last epoch, `[wanted, classes]`. */
  readonly logits: Float32Array;
}

/** Trains networks, several at a time, each in one worker thread. */
export interface MlpTrainer extends AsyncDisposable {
  train(fit: MlpFit): Promise<MlpFitted>;
}

/** Settings of all trainings of a {@link openMlpTrainer}. */
export interface MlpSettings extends Omit<MlpPlan, 'batch' | 'totalSteps'> {
  readonly batchSize: number;
  readonly labelSmoothing: number;
  readonly seed: number;
}

// Larger batches keep the time of an epoch on very many rows in proportion to them alone.
const maxEpochSteps = 512;
// Between two of them a training can be cancelled.
const maxStepsInRun = 200;

/** Opens trainings over fixed rows; they must be in memory. */
export async function openMlpTrainer(
  parts: readonly LabelledRows[],
  shape: MlpShape,
  settings: MlpSettings,
  signal?: AbortSignal,
): Promise<MlpTrainer> {
  const labels = BigInt64Array.from(
    parts.flatMap((part) => [...part.labels]),
    BigInt,
  );
  const features = new Float32Array(labels.length * shape.columns);
  let filled = 0;
  for (const { features: own } of parts) {
    await readRows(own).read(0, own.rows, features, filled);
    filled += own.rows * own.columns;
  }
  const pool = await openSessions(buildMlpGraph(shape, settings.labelSmoothing), {
    workers: availableParallelism(),
    signal,
  });
  // A worker holds the rows from its first training on.
  const tables = new Map<number, Promise<{ features: PinnedTensor; labels: PinnedTensor }>>();
  const tableOf = (worker: number): Promise<{ features: PinnedTensor; labels: PinnedTensor }> => {
    const known = tables.get(worker) ?? pinTable(worker);
    tables.set(worker, known);
    return known;
  };
  const pinTable = async (worker: number): Promise<{ features: PinnedTensor; labels: PinnedTensor }> => ({
    features: await pool.pin(floats([labels.length, shape.columns], features), worker),
    labels: await pool.pin({ type: 'int64', dims: [labels.length], data: labels }, worker),
  });
  let started = 0;

  return {
    async train(fit) {
      const worker = started++ % pool.workers;
      const table = await tableOf(worker);
      const rowWeights = await pool.pin(floats([labels.length, 1], fit.rowWeights), worker);
      const run = async (
        feeds: Readonly<Record<string, Tensor>>,
      ): Promise<Readonly<Record<string, Tensor>>> => {
        throwIfCancelled(signal);
        return await pool.run({ ...table, rowWeights, ...feeds }, { worker, signal });
      };
      try {
        return await trainOne(fit, shape, settings, run);
      } finally {
        await pool.unpin(rowWeights);
      }
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

type Run = (feeds: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;

async function trainOne(fit: MlpFit, shape: MlpShape, settings: MlpSettings, run: Run): Promise<MlpFitted> {
  const rows = Int32Array.from(fit.rowWeights.keys()).filter((row) => fit.rowWeights[row] !== 0);
  const batch = Math.min(Math.max(settings.batchSize, Math.ceil(rows.length / maxEpochSteps)), rows.length);
  const epochSteps = Math.ceil(rows.length / batch);
  const random = createRandom(`mlp/${settings.seed}`);
  let state = firstState(shape, random);
  const take = planSteps(rows, { ...settings, batch, totalSteps: fit.schedule * epochSteps }, random);
  let logits = new Float32Array(0);
  for (let epoch = 1; epoch <= fit.epochs; epoch++) {
    for (let done = 0; done < epochSteps;) {
      const steps = take(Math.min(maxStepsInRun, epochSteps - done));
      done += steps.count;
      const isJudged = done === epochSteps && (fit.onEpoch !== undefined || epoch === fit.epochs);
      const chosen = BigInt64Array.from(isJudged ? fit.wanted : [], BigInt);
      const indices = (values: Int32Array): Tensor => ({
        type: 'int64',
        dims: [steps.count, batch],
        data: BigInt64Array.from(values, BigInt),
      });
      const outputs = await run({
        ...state,
        batches: indices(steps.batches),
        partners: indices(steps.partners),
        shares: floats([steps.count], steps.shares),
        stepSizes: floats([steps.count], steps.stepSizes),
        velocityScales: floats([steps.count], steps.velocityScales),
        decays: floats([steps.count], steps.decays),
        batchShare: floats([], [1 / batch]),
        chosen: { type: 'int64', dims: [chosen.length], data: chosen },
      });
      const next = (name: string): Tensor => {
        const tensor = outputs[name];
        if (tensor === undefined) throw new RangeError(`Expected an output ${name}`);
        return tensor;
      };
      state = {
        parameters: next('newParameters'),
        momentum: next('newMomentum'),
        velocity: next('newVelocity'),
      };
      logits = next('logits').data as Float32Array<ArrayBuffer>;
    }
    if (fit.onEpoch?.(epoch, logits) === false) break;
  }
  return { parameters: state.parameters.data as Float32Array, logits };
}

type State = Readonly<Record<'parameters' | 'momentum' | 'velocity', Tensor>>;

/** Weights that keep the size of what goes through (He et al. 2015, arXiv:1502.01852); the last layer begins at 0, so that no class is ahead. */
function firstState(shape: MlpShape, random: ReturnType<typeof createRandom>): State {
  const sizes = parameterSizes(shape);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const deviation = Math.sqrt(2 / shape.columns);
  const parameters = new Float32Array(count);
  for (let index = 0; index < sizes[0]; index++) parameters[index] = deviation * random.truncatedNormal();
  const zeros = (): Tensor => floats([count], new Float32Array(count));
  return { parameters: floats([count], parameters), momentum: zeros(), velocity: zeros() };
}
