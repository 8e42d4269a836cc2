import type { SgdStep } from './sgd.ts';

/** A stretch of the parameters, and how it is moved. */
export interface AdamWStep extends SgdStep {
  /** Counted from 1. */
  readonly step: number;
}

const [meanRate, squareRate, epsilon] = [0.9, 0.999, 1e-8];

/**
 * Makes a step of AdamW on a stretch of the weights, in place (Loshchilov & Hutter 2019, arXiv:1711.05101; as PyTorch's `AdamW`).
 *
 * With `g = scale · gradient`: `m ← 0.9 m + 0.1 g`, `v ← 0.999 v + 0.001 g²`,
 * `w ← (1 − rate · decay) w − rate · (m / (1 − 0.9ᵗ)) / (√(v / (1 − 0.999ᵗ)) + 10⁻⁸)`.
 */
export function stepAdamW(
  weights: Float32Array,
  gradient: Float32Array,
  mean: Float32Array,
  square: Float32Array,
  { from, to, scale, rate, decay, step }: AdamWStep,
): void {
  const stepSize = rate / (1 - meanRate ** step);
  const rootScale = 1 / Math.sqrt(1 - squareRate ** step);
  const keep = 1 - rate * decay;
  for (let index = from; index < to; index++) {
    const slope = scale * gradient[index]!;
    const m = meanRate * mean[index]! + (1 - meanRate) * slope;
    const v = squareRate * square[index]! + (1 - squareRate) * slope * slope;
    mean[index] = m;
    square[index] = v;
    weights[index] = keep * weights[index]! - (stepSize * m) / (Math.sqrt(v) * rootScale + epsilon);
  }
}
