import type { ParameterLayout } from './parameter-layout.ts';
import type { TuningSettings } from './settings.ts';
import { stepAdamW } from './adamw.ts';
import { stepSgd } from './sgd.ts';

/** What a rule of descent makes of a gradient. */
export interface Optimizer {
  /** What it remembers of earlier steps, vectors of all parameters by name. */
  readonly memory: Readonly<Record<string, Float32Array>>;
  /**
   * Moves the weights against a gradient.
   *
   * @param gradient Of all parameters, to be multiplied by `scale` first.
   * @param step Counted from 1.
   */
  update(
    weights: Float32Array,
    gradient: Float32Array,
    at: { readonly scale: number; readonly rate: number; readonly step: number },
  ): void;
}

/** Opens an optimizer with an empty memory. */
export function openOptimizer(
  { optimizer, weightDecay }: Pick<TuningSettings, 'optimizer' | 'weightDecay'>,
  { slices, length }: ParameterLayout,
): Optimizer {
  const decayOf = (isDecayed: boolean): number => (isDecayed ? weightDecay : 0);
  if (optimizer === 'sgd') {
    const momentum = new Float32Array(length);
    return {
      memory: { momentum },
      update(weights, gradient, { scale, rate }) {
        for (const { from, to, isDecayed, rateFactor } of slices) {
          const at = { from, to, scale, rate: rate * rateFactor, decay: decayOf(isDecayed) };
          stepSgd(weights, gradient, momentum, at);
        }
      },
    };
  }
  const [mean, square] = [new Float32Array(length), new Float32Array(length)];
  return {
    memory: { mean, square },
    update(weights, gradient, { scale, rate, step }) {
      for (const { from, to, isDecayed, rateFactor } of slices) {
        const at = { from, to, scale, rate: rate * rateFactor, decay: decayOf(isDecayed), step };
        stepAdamW(weights, gradient, mean, square, at);
      }
    },
  };
}
