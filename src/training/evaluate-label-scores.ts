import { calibrateLabels } from '../evaluate/calibrate-labels.ts';
import { chooseThresholds } from '../evaluate/choose-thresholds.ts';
import { evaluateLabels } from '../evaluate/evaluate-labels.ts';
import { sigmoidRows } from '../evaluate/sigmoid.ts';
import type { Evaluation, Scores } from './evaluate-scores.ts';
import type { PartFeatures } from './features-of-parts.ts';

/**
 * Calibrates a classifier of several labels on its out-of-fold scores, chooses the thresholds on the same, and measures it on the test photos,
 * which nothing was chosen on.
 */
export function evaluateLabelScores(
  { outOfFold, test: scored, bias: own }: Scores,
  classes: readonly string[],
  test: PartFeatures,
): Evaluation {
  const { logits, targets = new Uint8Array(0) } = outOfFold;
  const { temperature, bias } = calibrateLabels({ logits, targets }, classes.length);
  const thresholds = chooseThresholds(sigmoidRows(logits, temperature, bias), targets, classes.length);
  // The graph divides by the temperature after the bias was added.
  const calibrated = {
    temperature,
    bias: own.map((value, label) => value + temperature * (bias[label] ?? 0)),
  };
  const testLogits = scored.map((score, at) => score / temperature + (bias[at % classes.length] ?? 0));
  const { multiLabel, ...metrics } = evaluateLabels({
    logits: testLogits,
    uncalibrated: scored,
    targets: test.targets ?? new Uint8Array(0),
    classes,
    thresholds,
    paths: test.photos.map(({ path }) => path),
  });
  return {
    calibration: { ...calibrated, thresholds },
    temperature,
    metrics,
    multiLabel,
    probabilities: sigmoidRows(testLogits),
    mistakes: [],
  };
}
