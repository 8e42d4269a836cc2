import { fitTemperature } from '../evaluate/calibration.ts';
import { evaluatePredictions } from '../evaluate/evaluate.ts';
import type { MultiLabelMetrics } from '../evaluate/label-metrics.ts';
import type { Mistake, TestMetrics } from '../evaluate/metrics.ts';
import { findMistakes } from '../evaluate/mistakes.ts';
import { softmaxRows } from '../evaluate/softmax.ts';
import type { FittedHead } from '../head/head.ts';
import { scoreRows } from '../head/score.ts';
import type { CalibratedHead } from '../model/build-classifier.ts';
import { evaluateLabelsHead } from './evaluate-labels-head.ts';
import type { PartFeatures } from './features-of-parts.ts';

/** What a head reaches on the test photos. */
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

/** Calibrates a head on its out-of-fold scores and measures it on the test photos, which nothing was chosen on. */
export async function evaluateHead(
  head: FittedHead,
  classes: readonly string[],
  test: PartFeatures,
): Promise<Evaluation> {
  if (head.outOfFold.targets !== undefined) return evaluateLabelsHead(head, classes, test);
  const temperature = fitTemperature(head.outOfFold, classes.length);
  const logits = await scoreRows(test.features, head);
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
