import type { TuningSettings } from './settings.ts';

// What PyTorch's OneCycleLR divides the highest rate by for the first step, and the first one's by for the last.
const [firstDivisor, lastDivisor] = [25, 1e4];

/**
 * The learning rate of a step, which is counted from 0.
 *
 * - `one-cycle`: from 1/25 of the highest rate along half a cosine up to it, and down to 1/250,000 (Smith & Topin 2018,
 *   arXiv:1708.07120; as PyTorch's `OneCycleLR` with `pct_start = warmUp` and `cycle_momentum = False`).
 * - `cosine`: linearly up from 1/25, then along half a cosine towards 0 (Loshchilov & Hutter 2017, arXiv:1608.03983; as PyTorch's
 *   `LinearLR` and `CosineAnnealingLR` in sequence).
 * - `constant`: linearly up from 1/25, then the highest rate.
 */
export function learningRateAt(
  step: number,
  totalSteps: number,
  { schedule, warmUp, learningRate }: Pick<TuningSettings, 'schedule' | 'warmUp' | 'learningRate'>,
): number {
  const first = learningRate / firstDivisor;
  if (schedule === 'one-cycle') {
    const top = warmUp * totalSteps - 1;
    if (step <= top) return top === 0 ? learningRate : alongCosine(first, learningRate, step / top);
    const past = (step - top) / (totalSteps - 1 - top);
    return alongCosine(learningRate, first / lastDivisor, past);
  }
  const rising = Math.round(warmUp * totalSteps);
  if (step < rising) return first + (learningRate - first) * (step / rising);
  return schedule === 'constant'
    ? learningRate
    : alongCosine(learningRate, 0, (step - rising) / (totalSteps - rising));
}

function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
