import { RegraftError } from '../errors.ts';
import type { TuningSettings } from './settings.ts';
import type { Divergence } from './tuning.ts';
import type { TuningProgress } from './tuning-progress.ts';
import type { TuningState } from './tuning-state.ts';

/**
 * Tells that the best weights are kept, and which learning rate to try.
 *
 * @throws RegraftError `TUNING_DIVERGED` where there are none.
 */
export function tellDivergence(
  { epoch, step, learningRate, loss }: Divergence,
  settings: TuningSettings,
  { position }: TuningState,
  progress: TuningProgress,
): void {
  const advice = `Train again with a lower rate, such as --tune-rate ${formatNumber(settings.learningRate / 10)}.`;
  const where = `in step ${step} of epoch ${epoch}, at a learning rate of ${formatNumber(learningRate)}`;
  if (position.bestEpoch === 0) {
    throw new RegraftError(
      'TUNING_DIVERGED',
      `Expected the loss of the fine-tuning to fall but found ${formatNumber(loss)} ${where}.`,
      { hint: advice },
    );
  }
  progress.notice(
    `Fine-tuning diverged ${where}: the weights of epoch ${position.bestEpoch} are kept. ${advice}`,
  );
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
