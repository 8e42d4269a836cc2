/**
 * Moves an average of the weights towards those after a step, which is counted from 1, in place: `a ← d a + (1 − d) w` with
 * `d = min(decay, (1 + step) / (10 + step))`, so that the start is soon forgotten (as TensorFlow's `ExponentialMovingAverage` with
 * `num_updates`).
 */
export function averageWeights(
  average: Float32Array,
  weights: Float32Array,
  decay: number,
  step: number,
): void {
  const share = 1 - Math.min(decay, (1 + step) / (10 + step));
  for (let index = 0; index < average.length; index++) {
    const value = average[index]!;
    average[index] = value + share * (weights[index]! - value);
  }
}
