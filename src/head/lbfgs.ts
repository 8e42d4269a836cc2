import { searchLine } from './line-search.ts';
import { addScaled, difference, dot, length, scale } from './vector.ts';

/** A function's value and gradient at a point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A smooth function to be minimised; it must not keep or change `point`. */
export type Objective = (point: Float64Array) => Promise<Evaluation>;

/** When and how {@link minimise} stops. */
export interface MinimiseOptions {
  /** Pairs of steps and gradient differences that are kept. @default 10 */
  readonly history?: number;
  /** @default 200 */
  readonly maxIterations?: number;
  /** Stops when the gradient is not longer than this. @default 1e-6 */
  readonly gradientTolerance?: number;
  /** Stops when the gradient is not longer than this times the value's magnitude. @default 0 */
  readonly relativeGradientTolerance?: number;
  /** Stops when iterations lower the value by less than this fraction of it, and do not flatten the gradient. @default 1e-9 */
  readonly valueTolerance?: number;
}

// A rounded value may fail to fall now and then while the gradient still shows the way.
const patience = 3;

/** Where a minimisation ended. */
export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  /** False when the iterations ran out first. */
  readonly converged: boolean;
}

/**
 * Minimises a smooth function by L-BFGS in float64; deterministic.
 *
 * Two-loop recursion with the scaling `sᵀy / yᵀy` of the first matrix: Nocedal & Wright, Numerical Optimization, 2nd edition,
 * algorithms 7.4 and 7.5; steps that meet the strong Wolfe conditions. When rounding leaves no lower point along the
 * direction, the best point so far is the minimum.
 */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  options: MinimiseOptions = {},
): Promise<Minimum> {
  const { history = 10, maxIterations = 200, valueTolerance = 1e-9 } = options;
  const flat = (at: Evaluation): boolean => {
    const { gradientTolerance = 1e-6, relativeGradientTolerance = 0 } = options;
    return length(at.gradient) <= Math.max(gradientTolerance, relativeGradientTolerance * Math.abs(at.value));
  };
  const pairs: Pair[] = [];
  let point: Float64Array = start.slice();
  let { value, gradient } = await objective(point);
  let evaluations = 1;
  let iterations = 0;
  let smallestGradient = length(gradient);
  let stalled = 0;
  let converged = flat({ value, gradient });

  while (!converged && iterations < maxIterations) {
    const direction = descentDirection(gradient, pairs);
    const firstStep = pairs.length === 0 ? 1 / Math.max(1, length(gradient)) : 1;
    const step = await searchLine(objective, { point, value, gradient }, direction, firstStep);
    evaluations += step.evaluations;
    if (step.found === undefined) {
      // Old curvature may point nowhere: steepest descent gets one chance before this counts as the minimum.
      if (pairs.length === 0) {
        converged = true;
      } else {
        pairs.length = 0;
      }
      continue;
    }
    iterations++;
    const next = step.found;
    remember(pairs, history, difference(next.point, point), difference(next.gradient, gradient));
    const gained = value - next.value > valueTolerance * Math.abs(next.value);
    const flatter = length(next.gradient) < 0.9 * smallestGradient;
    stalled = gained || flatter ? 0 : stalled + 1;
    smallestGradient = Math.min(smallestGradient, length(next.gradient));
    ({ point, value, gradient } = next);
    converged = flat(next) || stalled >= patience;
  }
  return { point, value, gradient, iterations, evaluations, converged };
}

/** A step `s`, the gradient's difference `y` along it, and `1 / sᵀy`. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.slice();
  scale(direction, -1);
  const alphas: number[] = [];
  for (const { s, y, rho } of pairs.toReversed()) {
    const alpha = rho * dot(s, direction);
    alphas.push(alpha);
    addScaled(direction, y, -alpha);
  }
  const newest = pairs.at(-1);
  if (newest !== undefined) scale(direction, 1 / (newest.rho * dot(newest.y, newest.y)));
  for (const { s, y, rho } of pairs) {
    addScaled(direction, s, (alphas.pop() ?? 0) - rho * dot(y, direction));
  }
  return direction;
}

function remember(pairs: Pair[], history: number, s: Float64Array, y: Float64Array): void {
  const curvature = dot(s, y);
  // A pair without positive curvature would make the matrix indefinite.
  if (curvature <= 1e-12 * dot(y, y)) return;
  pairs.push({ s, y, rho: 1 / curvature });
  if (pairs.length > history) pairs.shift();
}
