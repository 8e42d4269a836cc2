import { learningRateAt } from './learning-rate.ts';
import { scoreRows } from './score-rows.ts';
import type { Divergence, TuningPoint } from './tuning.ts';
import type { TuningRun } from './tuning-run.ts';
import type { TuningState } from './tuning-state.ts';

/**
 * Judges the weights after the last step of an epoch, keeps them if they are the best, and goes over to the next epoch.
 *
 * @returns Where it diverged, if the weights or their scores are not finite; then nothing changes.
 */
export async function finishEpoch(run: TuningRun, state: TuningState): Promise<Divergence | undefined> {
  const { problem, settings, progress, checkpoint } = run;
  const { position, weights, average, best } = state;
  const begin = performance.now();
  const judged = average ?? weights;
  const { photos } = problem.validation;
  const steps = position.losses.length;
  const learningRate = learningRateAt(steps - 1, position.step * settings.epochs, settings);
  const measured = photos === 0 ? undefined : await measure(run, state);
  if (!Number.isFinite(measured?.logLoss ?? 0) || !judged.every(Number.isFinite)) {
    return { epoch: position.epoch, step: position.step, learningRate, loss: measured?.logLoss ?? NaN };
  }
  // What is being written must not change meanwhile.
  await checkpoint?.saved();
  const bestLoss = position.curve[position.bestEpoch - 1]?.validationLogLoss ?? Infinity;
  const isBest = measured === undefined || measured.logLoss < bestLoss;
  if (isBest) best.set(judged);
  const point: TuningPoint = {
    epoch: position.epoch,
    step: steps,
    learningRate,
    trainLoss: position.epochLoss / problem.training.photos,
    validationLogLoss: measured?.logLoss ?? null,
    validationAccuracy: measured?.accuracy ?? null,
    seconds: (position.epochMs + performance.now() - begin) / 1000,
  };
  state.position = {
    epoch: position.epoch + 1,
    step: 0,
    losses: position.losses,
    epochLoss: 0,
    epochMs: 0,
    curve: [...position.curve, point],
    bestEpoch: isBest ? position.epoch : position.bestEpoch,
  };
  progress.epoch(point);
  checkpoint?.save(state);
  return undefined;
}

async function measure(
  { problem, settings, sessions, progress }: TuningRun,
  { weights, average }: TuningState,
): Promise<{ readonly logLoss: number; readonly accuracy: number }> {
  await sessions.load(average ?? weights);
  const { validation, classes } = problem;
  const logits = await scoreRows(sessions, validation, {
    classes,
    microBatch: settings.microBatch,
    onRows: (rows) => progress.scored(rows),
  });
  return logits.every(Number.isFinite) ? problem.measure(logits) : { logLoss: NaN, accuracy: 0 };
}
