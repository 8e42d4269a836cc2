import { throwIfCancelled } from '../errors.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import { averageWeights } from './average-weights.ts';
import { clipScale } from './clip-scale.ts';
import { hasDiverged } from './divergence.ts';
import { type EpochPlan, planEpoch } from './epoch-plan.ts';
import { createRandom } from '../head/random.ts';
import { learningRateAt } from './learning-rate.ts';
import { mixRows } from './mix-rows.ts';
import { readAhead } from './read-ahead.ts';
import { smoothTargets } from './smooth-targets.ts';
import type { Divergence, TuningProblem } from './tuning.ts';
import type { TuningRun } from './tuning-run.ts';
import type { TuningState } from './tuning-state.ts';

/**
 * Makes the steps of the epoch under way that are still to be made: each on the next photos of the epoch's plan, in pieces on all workers.
 *
 * The state changes between two waits only, all of it at once, so that it is that of a finished step whenever the work is broken off.
 *
 * @returns Where it diverged, if it did; that step is not made.
 * @throws RegraftError `CANCELLED` or `RUNTIME_FAILED`.
 */
export async function trainEpoch(run: TuningRun, state: TuningState): Promise<Divergence | undefined> {
  const { problem, settings, sessions, checkpoint } = run;
  const { photos } = problem.training;
  const { batchSize, microBatch } = settings;
  const plans = planEpochs(run, state.position.epoch);
  const steps = Math.ceil(photos / batchSize);
  const batches = Array.from({ length: steps - state.position.step }, (_, index) => {
    const from = (state.position.step + index) * batchSize;
    return { from, to: Math.min(from + batchSize, photos) };
  });
  const pieces = batches.flatMap(({ from, to }) => splitRange(from, to, microBatch));
  const take = readAhead(pieces.length, sessions.workers, (piece) => readPiece(run, plans, pieces[piece]!));
  for (const { from, to } of batches) {
    throwIfCancelled(run.signal);
    const begin = performance.now();
    await sessions.load(state.weights);
    const { loss, gradient } = await run.sumGradients(Math.ceil((to - from) / microBatch), take);
    // What is being written must not change meanwhile.
    await checkpoint?.saved();
    const divergence = makeStep(run, state, { steps, rows: to - from, loss, gradient });
    if (divergence !== undefined) return divergence;
    state.position.epochMs += performance.now() - begin;
    run.progress.step(state.position.losses.length, to - from, state.position.epochLoss / to);
    checkpoint?.saveWhenDue(state);
  }
  return undefined;
}

interface EpochPlans {
  readonly own: EpochPlan;
  /** What the rows of the first are mixed with; undefined: nothing. */
  readonly other: EpochPlan | undefined;
  /** Of the first plan's rows. */
  readonly shares: Float32Array;
}

function planEpochs({ problem, settings, seed }: TuningRun, epoch: number): EpochPlans {
  const { training } = problem;
  const own = planEpoch(training, String(seed), epoch);
  const { mixup } = settings;
  if (mixup === 0) return { own, other: undefined, shares: new Float32Array(0) };
  const random = createRandom(`fine-tuning/shares/${seed}/${epoch}`);
  return {
    own,
    other: planEpoch(training, `${seed}/other`, epoch),
    shares: Float32Array.from({ length: training.photos }, () => random.beta(mixup)),
  };
}

interface Batch {
  /** Of an epoch. */
  readonly steps: number;
  readonly rows: number;
  /** Sums over the rows. */
  readonly loss: number;
  readonly gradient: Float32Array;
}

function makeStep(
  { problem, settings }: TuningRun,
  { position, weights, average, optimizer }: TuningState,
  { steps, rows, loss, gradient }: Batch,
): Divergence | undefined {
  const done = position.losses.length;
  const rate = learningRateAt(done, steps * settings.epochs, settings);
  const losses = [...position.losses, loss / rows];
  const { clipNorm } = settings;
  const scale = clipNorm === null ? 1 / rows : clipScale(gradient, 1 / rows, clipNorm);
  if (hasDiverged(losses, problem.classes, problem.task ?? 'single-label') || Number.isNaN(scale)) {
    return { epoch: position.epoch, step: position.step + 1, learningRate: rate, loss: loss / rows };
  }
  optimizer.update(weights, gradient, { scale, rate, step: done + 1 });
  if (average !== undefined) averageWeights(average, weights, settings.average ?? 0, done + 1);
  position.losses = losses;
  position.epochLoss += loss;
  position.step += 1;
  return undefined;
}

/** Rows of the epoch's plan, each mixed with one of its other plan where that is asked for. */
async function readPiece(
  run: TuningRun,
  { own, other, shares }: EpochPlans,
  { from, to }: Range,
): Promise<Readonly<Record<string, Tensor>>> {
  const rows = await readRows(run, own, from, to);
  if (other === undefined) return rows;
  const partners = await readRows(run, other, from, to);
  return Object.fromEntries(
    Object.entries(rows).map(([name, tensor]) => [
      name,
      mixRows(tensor, partners[name]!, shares.subarray(from, to)),
    ]),
  );
}

async function readRows(
  { problem, settings }: TuningRun,
  { photos, views }: EpochPlan,
  from: number,
  to: number,
): Promise<Readonly<Record<string, Tensor>>> {
  const chosen = photos.slice(from, to);
  const rows = await problem.training.read(chosen, views.slice(from, to));
  return { ...rows, targets: targetsOf(problem, chosen, settings.labelSmoothing) };
}

function targetsOf({ training, classes, task }: TuningProblem, photos: Int32Array, share: number): Tensor {
  const smoothing = task === 'multi-label' ? 0 : share;
  return floats([photos.length, classes], smoothTargets(training.targets, photos, classes, smoothing));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function splitRange(from: number, to: number, length: number): Range[] {
  return Array.from({ length: Math.ceil((to - from) / length) }, (_, index) => ({
    from: from + index * length,
    to: Math.min(from + (index + 1) * length, to),
  }));
}
