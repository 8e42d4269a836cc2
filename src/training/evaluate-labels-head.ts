import { calibrateLabels } from '../evaluate/calibrate-labels.ts';
import { chooseThresholds } from '../evaluate/choose-thresholds.ts';
import { evaluateLabels } from '../evaluate/evaluate-labels.ts';
import { sigmoidRows } from '../evaluate/sigmoid.ts';
import type { FittedHead } from '../head/head.ts';
import { scoreRows } from '../head/score.ts';
import type { Evaluation } from './evaluate-head.ts';
import type { PartFeatures } from './features-of-parts.ts';

/**
 * Calibrates a head of several labels on its out-of-fold scores, chooses the thresholds on the same, and measures it on the test photos,
 * which nothing was chosen on.
 */
export async function evaluateLabelsHead(
  head: FittedHead,
  classes: readonly string[],
  test: PartFeatures,
): Promise<Evaluation> {
  const { logits, targets = new Uint8Array(0) } = head.outOfFold;
  const { temperature, bias } = calibrateLabels({ logits, targets }, classes.length);
  const thresholds = chooseThresholds(sigmoidRows(logits, temperature, bias), targets, classes.length);
  // The graph divides by the temperature after the bias was added.
  const calibrated = {
    temperature,
    bias: head.bias.map((value, label) => value + temperature * (bias[label] ?? 0)),
  };
  const scores = await scoreRows(test.features, { ...head, bias: calibrated.bias });
  const testLogits = scores.map((score) => score / temperature);
  const { multiLabel, ...metrics } = evaluateLabels({
    logits: testLogits,
    uncalibrated: scores.map((score, at) => score - temperature * (bias[at % classes.length] ?? 0)),
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
