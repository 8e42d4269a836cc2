import { fitTemperature } from '../evaluate/calibration.ts';
import { evaluatePredictions } from '../evaluate/evaluate.ts';
import type { Mistake, TestMetrics } from '../evaluate/metrics.ts';
import { findMistakes } from '../evaluate/mistakes.ts';
import { softmaxRows } from '../evaluate/softmax.ts';
import type { FittedHead } from '../head/head.ts';
import { scoreRows } from '../head/score.ts';
import type { PartFeatures } from './features-of-parts.ts';

/** What a head reaches on the test photos. */
export interface Evaluation {
  readonly temperature: number;
  readonly metrics: TestMetrics;
  /** Calibrated, `[test photos, classes]`. */
  readonly probabilities: Float64Array | Float32Array;
  readonly mistakes: readonly Mistake[];
}

/** Calibrates a head on its out-of-fold scores and measures it on the test photos, which nothing was chosen on. */
export async function evaluateHead(
  head: FittedHead,
  classes: readonly string[],
  test: PartFeatures,
): Promise<Evaluation> {
  const temperature = fitTemperature(head.outOfFold, classes.length);
  const logits = await scoreRows(test.features, head);
  const { labels } = test;
  const probabilities = softmaxRows(logits, classes.length, temperature);
  return {
    temperature,
    metrics: evaluatePredictions({ logits, labels, classes, temperature }),
    probabilities,
    mistakes: findMistakes({ probabilities, labels, classes, paths: test.photos.map(({ path }) => path) }),
  };
}
