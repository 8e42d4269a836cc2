/** How the logits of independent classes become calibrated ones: `z / temperature + bias`. */
export interface LabelCalibration {
  readonly temperature: number;
  /** `[classes]` */
  readonly bias: Float64Array;
}

/** Logits of rows with what they are to tell. */
export interface ScoredTargets {
  /** `[rows, classes]` row-major. */
  readonly logits: ArrayLike<number>;
  /** 1 where the row shows the class, else 0, `[rows, classes]`. */
  readonly targets: ArrayLike<number>;
}

const largestLog = Math.log(20);

/**
 * Finds one temperature and a bias for each class by maximum a posteriori: binary cross entropy of `σ(z / T + b)`, with standard normal
 * priors on the temperature's logarithm and on the biases, T within 0.05 … 20.
 *
 * Each prior counts as much as about one row. The slope is shared, as a class of few photos cannot tell its own; Platt scaling
 * (Platt 1999) would fit one a class.
 *
 * @param outOfFold logits of rows that the scoring weights have not seen; without rows they are left as they are
 */
export function calibrateLabels(outOfFold: ScoredTargets, classes: number): LabelCalibration {
  let point: Point = { logSlope: 0, bias: new Float64Array(classes) };
  let value = objective(outOfFold, point);
  // Newton's method; the step is halved where it would not lead down.
  for (let iteration = 0; iteration < 100; iteration++) {
    const step = newtonStep(outOfFold, point);
    let factor = 1;
    let next = along(point, step, factor);
    let nextValue = objective(outOfFold, next);
    while (nextValue > value && factor > 1e-6) {
      factor /= 2;
      next = along(point, step, factor);
      nextValue = objective(outOfFold, next);
    }
    const gain = value - nextValue;
    if (gain < 0) break;
    point = next;
    value = nextValue;
    if (gain <= 1e-13 * Math.abs(value)) break;
  }
  return { temperature: Math.exp(-point.logSlope), bias: point.bias };
}

/** `u = e^logSlope · z + bias`, the temperature being `e^−logSlope`. */
interface Point {
  readonly logSlope: number;
  readonly bias: Float64Array;
}

function along({ logSlope, bias }: Point, step: Point, factor: number): Point {
  return {
    logSlope: Math.max(-largestLog, Math.min(largestLog, logSlope + factor * step.logSlope)),
    bias: bias.map((value, label) => value + factor * step.bias[label]!),
  };
}

/** The summed negative log posterior. */
function objective({ logits, targets }: ScoredTargets, { logSlope, bias }: Point): number {
  const slope = Math.exp(logSlope);
  let sum = logSlope ** 2 / 2;
  for (const value of bias) sum += value ** 2 / 2;
  for (let at = 0; at < targets.length; at++) {
    const logit = slope * logits[at]! + bias[at % bias.length]!;
    sum += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - targets[at]! * logit;
  }
  return sum;
}

/** Only the slope is tied to every other unknown: the Hessian is an arrow, solved by its Schur complement. */
function newtonStep({ logits, targets }: ScoredTargets, { logSlope, bias }: Point): Point {
  const classes = bias.length;
  const slope = Math.exp(logSlope);
  let slopeGradient = logSlope;
  let slopeCurvature = 1;
  let bend = 0;
  const gradient = bias.slice();
  const curvature = new Float64Array(classes).fill(1);
  const mixed = new Float64Array(classes);
  for (let at = 0; at < targets.length; at++) {
    const label = at % classes;
    const scaled = slope * logits[at]!;
    const probability = 1 / (1 + Math.exp(-(scaled + bias[label]!)));
    const excess = probability - targets[at]!;
    const weight = probability * (1 - probability);
    slopeGradient += excess * scaled;
    slopeCurvature += weight * scaled * scaled;
    bend += excess * scaled;
    gradient[label]! += excess;
    curvature[label]! += weight;
    mixed[label]! += weight * scaled;
  }
  // Its negative part could make the step climb.
  slopeCurvature += Math.max(0, bend);
  let right = slopeGradient;
  let schur = slopeCurvature;
  for (let label = 0; label < classes; label++) {
    right -= (mixed[label]! * gradient[label]!) / curvature[label]!;
    schur -= mixed[label]! ** 2 / curvature[label]!;
  }
  const slopeStep = -right / schur;
  return {
    logSlope: slopeStep,
    bias: gradient.map((value, label) => -(value + mixed[label]! * slopeStep) / curvature[label]!),
  };
}
