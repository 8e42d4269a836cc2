import { fitTemperature } from '../evaluate/calibration.ts';
import { evaluatePredictions } from '../evaluate/evaluate.ts';
import type { MultiLabelMetrics } from '../evaluate/label-metrics.ts';
import type { Mistake, TestMetrics } from '../evaluate/metrics.ts';
import { findMistakes } from '../evaluate/mistakes.ts';
import { softmaxRows } from '../evaluate/softmax.ts';
import type { OutOfFold } from '../head/head.ts';
import type { CalibratedHead } from '../model/build-classifier.ts';
import { evaluateLabelScores } from './evaluate-label-scores.ts';
import type { PartFeatures } from './features-of-parts.ts';

/** What a classifier says of photos that it did not learn from, before calibration. */
export interface Scores {
  /** What calibration is fitted on. */
  readonly outOfFold: OutOfFold;
  /** Logits of the test photos, `[photos, classes]`. */
  readonly test: Float32Array;
  /** What is added to the logits of every photo, `[classes]`: of several labels a photo, calibration moves it. */
  readonly bias: Float32Array;
}

/** What a classifier reaches on the test photos. */
export interface Evaluation {
  /** What the model file gets beside the head; of several labels a photo also the bias and the thresholds. */
  readonly calibration: Pick<CalibratedHead, 'temperature' | 'thresholds'> & { readonly bias?: Float32Array };
  readonly temperature: number;
  readonly metrics: TestMetrics;
  /** Of several labels a photo. */
  readonly multiLabel?: MultiLabelMetrics;
  /** Calibrated, `[test photos, classes]`. */
  readonly probabilities: Float64Array | Float32Array;
  /** Of one label a photo. */
  readonly mistakes: readonly Mistake[];
}

/** Calibrates a classifier on its out-of-fold scores and measures it on the test photos, which nothing was chosen on. */
export function evaluateScores(
  { outOfFold, test: logits, bias }: Scores,
  classes: readonly string[],
  test: PartFeatures,
): Evaluation {
  if (outOfFold.targets !== undefined) {
    return evaluateLabelScores({ outOfFold, test: logits, bias }, classes, test);
  }
  const temperature = fitTemperature(outOfFold, classes.length);
  const { labels } = test;
  const probabilities = softmaxRows(logits, classes.length, temperature);
  return {
    calibration: { temperature },
    temperature,
    metrics: evaluatePredictions({ logits, labels, classes, temperature }),
    probabilities,
    mistakes: findMistakes({ probabilities, labels, classes, paths: test.photos.map(({ path }) => path) }),
  };
}
