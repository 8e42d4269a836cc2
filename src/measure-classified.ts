import type { Photo } from './dataset/dataset.ts';
import { labelsOf } from './dataset/labels-of.ts';
import { evaluatePredictions } from './evaluate/evaluate.ts';
import { evaluateLabels, type LabelTestMetrics } from './evaluate/evaluate-labels.ts';
import type { Mistake, TestMetrics } from './evaluate/metrics.ts';
import { findMistakes } from './evaluate/mistakes.ts';
import type { ModelMetadata } from './model/metadata.ts';

/** A labelled photo with what a model says of it. */
export interface ClassifiedPhoto {
  readonly photo: Photo;
  /** Of the model's labels, `[labels]`. */
  readonly probabilities: readonly number[];
}

/** What {@link measureClassified} gives: of a multi-label model with `multiLabel`, and without mistakes of one label. */
export interface MeasuredClassifier extends TestMetrics, Partial<Pick<LabelTestMetrics, 'multiLabel'>> {
  readonly mistakes: readonly Mistake[];
}

/**
 * Measures a model on photos that it classified; there must be one.
 *
 * @param classes those that the photos' labels are indices of
 */
export function measureClassified(
  rows: readonly ClassifiedPhoto[],
  classes: readonly string[],
  { labels, thresholds }: Pick<ModelMetadata, 'labels' | 'thresholds'>,
): MeasuredClassifier {
  const probabilities = Float64Array.from(rows.flatMap((row) => row.probabilities));
  const paths = rows.map(({ photo }) => photo.path);
  if (thresholds !== null) {
    const targets = rows.flatMap(({ photo }) => {
      const shown = labelsOf(photo).map((label) => classes[label]);
      return labels.map((label) => Number(shown.includes(label)));
    });
    const logits = probabilities.map(logitOf);
    return { ...evaluateLabels({ logits, targets, classes: labels, thresholds, paths }), mistakes: [] };
  }
  const truth = Int32Array.from(rows, ({ photo }) => labels.indexOf(classes[photo.label] ?? ''));
  // The softmax of log probabilities gives the probabilities again.
  const logits = Float32Array.from(probabilities, (value) => Math.log(Math.max(value, Number.MIN_VALUE)));
  return {
    ...evaluatePredictions({ logits, labels: truth, classes: labels, temperature: 1 }),
    mistakes: findMistakes({ probabilities, labels: truth, classes: labels, paths }),
  };
}

/** The model's float32 has no probability between 1 − 2⁻²⁴ and 1. */
function logitOf(probability: number): number {
  return Math.log(Math.max(probability, Number.MIN_VALUE)) - Math.log(Math.max(1 - probability, 2 ** -25));
}
