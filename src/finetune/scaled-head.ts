import type { FeatureScaling } from '../head/feature-scaling.ts';
import type { LinearHead } from '../head/score.ts';

/** A linear layer on features that are centred and scaled first, so that its weights learn at one rate whatever the taps' sizes. */
export interface ScaledHead extends LinearHead {
  /** `[columns]`: rows become `x · factor + offset`, and `weights` and `bias` are for those. */
  readonly factor: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Writes a linear head on features as they are as one on scaled features, with the same logits: `x · w + b = ((x − mean) / scale) · (w · scale) + (b + mean · w)`.
 *
 * @param divisor - Divides the logits: the head's temperature, so that the training starts with calibrated probabilities.
 */
export function scaleHead(
  { weights, bias }: LinearHead,
  { mean, scale }: FeatureScaling,
  divisor: number,
): ScaledHead {
  const columns = mean.length;
  const scaled = new Float32Array(weights.length);
  const shifted = new Float32Array(bias.length);
  for (let row = 0; row < bias.length; row++) {
    let shift = bias[row] ?? 0;
    for (let column = 0; column < columns; column++) {
      const weight = weights[row * columns + column] ?? 0;
      scaled[row * columns + column] = (weight * (scale[column] ?? 1)) / divisor;
      shift += weight * (mean[column] ?? 0);
    }
    shifted[row] = shift / divisor;
  }
  return {
    weights: scaled,
    bias: shifted,
    factor: Float32Array.from(scale, (value) => 1 / value),
    offset: Float32Array.from(mean, (value, column) => -value / (scale[column] ?? 1)),
  };
}
