import { throwIfCancelled } from '../errors.ts';
import type { OnProgress } from '../shared/progress.ts';
import { busyWorkers } from './busy-workers.ts';
import { type Checkpoint, type CheckpointOptions, openCheckpoint, restoreCheckpoint } from './checkpoint.ts';
import { finishEpoch } from './finish-epoch.ts';
import { openGradientSum } from './gradient-sum.ts';
import { layOutParameters, unpackParameters } from './parameter-layout.ts';
import type { TuningSettings } from './settings.ts';
import { tellDivergence } from './tell-divergence.ts';
import { trainEpoch } from './train-epoch.ts';
import type { Divergence, Tuned, TuningProblem } from './tuning.ts';
import { openTuningProgress, type TuningProgress } from './tuning-progress.ts';
import type { TuningRun } from './tuning-run.ts';
import { openTuningSessions } from './tuning-sessions.ts';
import { startState, type TuningState } from './tuning-state.ts';

/** What a fine-tuning is given beside its problem and settings. */
export interface TuneContext {
  readonly seed: number;
  /** Worker threads at most, one core each; the result does not depend on them. @default one a core */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Left out, nothing is kept. The caller removes the checkpoint when it needs it no more. */
  readonly checkpoint?: CheckpointOptions | undefined;
}

/**
 * Trains the parameters of a network by gradient descent and keeps those of the best epoch:
 *
 *     each epoch: plan → [read ahead → gradients on all workers → sum → optimizer] for each batch → validation → best weights
 *
 * Equal problems, settings and seeds give equal bytes, on any number of workers, and whether or not the work was broken off and resumed.
 * When the signal is aborted, the last finished step is kept in the checkpoint.
 *
 * @throws RegraftError `TUNING_DIVERGED`, `CHECKPOINT_MISMATCH`, `CANCELLED`, `RUNTIME_FAILED`, `RUNTIME_MISSING` or `INVALID_OPTION`.
 */
export async function tune(
  problem: TuningProblem,
  settings: TuningSettings,
  context: TuneContext,
): Promise<Tuned> {
  const { seed, workers, signal, onProgress } = context;
  throwIfCancelled(signal);
  if (problem.training.photos === 0) throw new RangeError('Expected photos to learn from');
  const layout = layOutParameters(problem);
  const state = startState(problem, settings, layout);
  const loop = JSON.stringify({ ...settings, seed, parameters: layout.length });
  const resumed = context.checkpoint?.resume === true ? context.checkpoint : undefined;
  const obstacle = resumed && (await restoreCheckpoint(resumed, loop, state));
  const progress = openProgress(problem, settings, state, onProgress);
  if (obstacle !== undefined) progress.notice(obstacle);
  else if (resumed !== undefined) progress.line(describeResume(state, settings));
  const checkpoint =
    context.checkpoint && (await openCheckpoint(context.checkpoint, loop, (text) => progress.notice(text)));

  let divergence: Divergence | undefined;
  if (mayGoOn(problem, settings, state)) {
    await using sessions = await openTuningSessions(problem, layout, {
      workers: busyWorkers(settings, workers),
      signal,
    });
    const sumGradients = openGradientSum(sessions, layout.length);
    const run = { problem, settings, seed, signal, sessions, sumGradients, checkpoint, progress };
    divergence = await keepOnFailure(checkpoint, state, () => runEpochs(run, state));
  }
  await checkpoint?.saved();
  if (divergence !== undefined) tellDivergence(divergence, settings, state, progress);
  const { curve, bestEpoch } = state.position;
  return {
    parameters: unpackParameters(state.best, layout),
    curve,
    bestEpoch,
    stopped: divergence !== undefined ? 'diverged' : curve.length < settings.epochs ? 'early' : 'done',
    ...(divergence && { divergence }),
  };
}

async function runEpochs(run: TuningRun, state: TuningState): Promise<Divergence | undefined> {
  while (mayGoOn(run.problem, run.settings, state)) {
    const divergence = (await trainEpoch(run, state)) ?? (await finishEpoch(run, state));
    if (divergence !== undefined) return divergence;
  }
  return undefined;
}

function mayGoOn(
  { validation }: TuningProblem,
  settings: TuningSettings,
  { position }: TuningState,
): boolean {
  const { epoch, bestEpoch } = position;
  if (epoch > settings.epochs) return false;
  const worse = epoch - 1 - bestEpoch;
  return settings.patience === null || validation.photos === 0 || worse < settings.patience;
}

/** Keeps the last finished step when the work is broken off. */
async function keepOnFailure<T>(
  checkpoint: Checkpoint | undefined,
  state: TuningState,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (state.position.losses.length > 0) checkpoint?.save(state);
    await checkpoint?.saved();
    throw error;
  }
}

function openProgress(
  { training, validation }: TuningProblem,
  { epochs, batchSize }: TuningSettings,
  { position }: TuningState,
  onProgress: OnProgress | undefined,
): TuningProgress {
  return openTuningProgress(
    onProgress,
    {
      epochs,
      stepsPerEpoch: Math.ceil(training.photos / batchSize),
      trainingPhotos: training.photos,
      validationRows: validation.photos * validation.views,
    },
    {
      epochs: position.epoch - 1,
      photos: Math.min(position.step * batchSize, training.photos),
      accuracy: position.curve.at(-1)?.validationAccuracy ?? null,
    },
  );
}

function describeResume({ position }: TuningState, { epochs }: TuningSettings): string {
  const { epoch, step } = position;
  return epoch > epochs
    ? 'Fine-tuning was finished already'
    : `Fine-tuning goes on in epoch ${epoch} of ${epochs}, after ${step} of its steps`;
}
