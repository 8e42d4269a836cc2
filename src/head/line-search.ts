import type { Evaluation, Objective } from './lbfgs.ts';
import { addScaled, dot } from './vector.ts';

/** A point with what the objective gives there. */
export interface EvaluatedPoint extends Evaluation {
  readonly point: Float64Array;
}

/** What a line search came to: `found` is undefined when no step lowers the value. */
export interface LineSearchResult {
  readonly found: EvaluatedPoint | undefined;
  readonly evaluations: number;
}

const sufficientDecrease = 1e-4;
const curvature = 0.9;
const maxEvaluations = 30;
// float32 sums leave about this relative noise in a value; below it the slope alone tells whether a step is good.
const valueNoise = 1e-7;

/**
 * Finds a step along a descent direction that meets the strong Wolfe conditions, by bracketing and cubic interpolation:
 * Nocedal & Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6. Near the minimum, where values differ by
 * rounding alone, a step also counts when its slope fits the approximate Wolfe conditions of Hager & Zhang (2005).
 */
export async function searchLine(
  objective: Objective,
  from: EvaluatedPoint,
  direction: Float64Array,
  firstStep: number,
): Promise<LineSearchResult> {
  const slope0 = dot(from.gradient, direction);
  if (!(slope0 < 0)) return { found: undefined, evaluations: 0 };
  const slack = valueNoise * Math.abs(from.value);
  let evaluations = 0;
  let low: Trial = { step: 0, slope: slope0, value: from.value, gradient: from.gradient, point: from.point };
  let high: Trial | undefined;
  let step = firstStep;

  while (evaluations < maxEvaluations) {
    const trial = await evaluate(objective, from.point, direction, step);
    evaluations++;
    const decreased = trial.value <= from.value + sufficientDecrease * step * slope0;
    const flat = Math.abs(trial.slope) <= -curvature * slope0;
    const withinNoise =
      trial.value <= from.value + slack && trial.slope <= (2 * sufficientDecrease - 1) * slope0;
    if (flat && (decreased || withinNoise)) return { found: trial, evaluations };

    if (!Number.isFinite(trial.value) || !(decreased || withinNoise) || trial.value > low.value + slack) {
      high = trial;
    } else {
      // The minimum lies between the trial and whichever end its slope points to.
      if (trial.slope * ((high?.step ?? Infinity) - low.step) >= 0) high = low;
      low = trial;
    }
    step = high === undefined ? extrapolate(low) : interpolate(low, high);
    if (high !== undefined && Math.abs(high.step - low.step) <= 1e-12 * Math.max(1, low.step)) break;
  }
  return { found: low.step > 0 && low.value < from.value ? low : undefined, evaluations };
}

interface Trial extends EvaluatedPoint {
  readonly step: number;
  /** Derivative of the value by the step. */
  readonly slope: number;
}

async function evaluate(
  objective: Objective,
  origin: Float64Array,
  direction: Float64Array,
  step: number,
): Promise<Trial> {
  const point = origin.slice();
  addScaled(point, direction, step);
  const { value, gradient } = await objective(point);
  return { step, point, value, gradient, slope: dot(gradient, direction) };
}

function extrapolate(low: Trial): number {
  return low.step * 4;
}

/** Minimum of the cubic through both ends' values and slopes (equation 3.59), kept off the ends. */
function interpolate(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  const middle = low.step + width / 2;
  if (!Number.isFinite(high.value) || !Number.isFinite(high.slope)) return low.step + width / 10;
  const d1 = low.slope + high.slope - (3 * (high.value - low.value)) / width;
  const square = d1 * d1 - low.slope * high.slope;
  if (square < 0) return middle;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const step = high.step - (width * (high.slope + d2 - d1)) / (high.slope - low.slope + 2 * d2);
  const fraction = (step - low.step) / width;
  if (!Number.isFinite(fraction)) return middle;
  return low.step + width * Math.min(0.9, Math.max(0.1, fraction));
}
