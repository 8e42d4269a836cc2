import { minimise, type Minimum, type Objective } from './lbfgs.ts';
import type { LinearHead } from './score.ts';
import type { RowLoss } from './row-loss.ts';

/** Which rows a fit learns from and how. */
export interface LogisticFit {
  /** Weight of each row of the loss, `[rows]`; 0 leaves a row out. */
  readonly rowWeights: Float32Array;
  readonly l2: number;
  /** Weights `[classes, columns]` and then bias `[classes]`, as an earlier fit returned them. */
  readonly start: Float64Array;
  readonly maxIterations: number;
  /** The fit ends when the gradient's length is at most this fraction of the objective. */
  readonly tolerance: number;
}

// Many classes on many columns would make the pairs of the history larger than the features.
const historyValues = 2 ** 25;

/**
 * Minimises `Σ w · CE / Σ w + l2 / 2 · ‖weights‖²` by L-BFGS: the weighted mean of a cross entropy with a penalty on the weights for
 * centred and scaled features. The bias carries no penalty.
 */
export function fitLogistic(loss: RowLoss, classes: number, fit: LogisticFit): Promise<Minimum> {
  const { rowWeights, l2, start, maxIterations, tolerance } = fit;
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const weightCount = start.length - classes;

  const objective: Objective = async (point) => {
    const { loss: sum, gradient } = await loss.evaluate(splitPoint(point, classes), rowWeights);
    let squares = 0;
    for (let i = 0; i < weightCount; i++) {
      const weight = point[i]!;
      squares += weight * weight;
      gradient[i] = gradient[i]! / total + l2 * weight;
    }
    for (let i = weightCount; i < gradient.length; i++) gradient[i]! /= total;
    return { value: sum / total + (l2 / 2) * squares, gradient };
  };
  const history = Math.max(3, Math.min(10, Math.floor(historyValues / (2 * start.length))));
  return minimise(objective, start, { history, maxIterations, relativeGradientTolerance: tolerance });
}

/** Splits a point of {@link fitLogistic} into float32 weights and bias. */
export function splitPoint(point: Float64Array, classes: number): LinearHead {
  const weightCount = point.length - classes;
  return {
    weights: new Float32Array(point.subarray(0, weightCount)),
    bias: new Float32Array(point.subarray(weightCount)),
  };
}
