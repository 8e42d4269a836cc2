/** A stretch of the parameters, and how it is moved. */
export interface SgdStep {
  readonly from: number;
  readonly to: number;
  /** What the gradient is multiplied by. */
  readonly scale: number;
  readonly rate: number;
  readonly decay: number;
}

const friction = 0.9;

/**
 * Makes a step of stochastic gradient descent with Nesterov's momentum on a stretch of the weights, in place.
 *
 * With `g = scale · gradient + decay · w`: `m ← 0.9 m + g`, `w ← w − rate · (g + 0.9 m)` (Sutskever et al. 2013; as PyTorch's
 * `SGD(momentum=0.9, nesterov=True)`).
 */
export function stepSgd(
  weights: Float32Array,
  gradient: Float32Array,
  momentum: Float32Array,
  { from, to, scale, rate, decay }: SgdStep,
): void {
  for (let index = from; index < to; index++) {
    const weight = weights[index]!;
    const slope = scale * gradient[index]! + decay * weight;
    const speed = friction * momentum[index]! + slope;
    momentum[index] = speed;
    weights[index] = weight - rate * (slope + friction * speed);
  }
}
