import type { HeadChoice } from '../head/choose-head.ts';
import { scoreRows } from '../head/score.ts';
import type { CalibratedHead } from '../model/build-classifier.ts';
import type { RunRecord } from '../model/run-record.ts';
import type { Model } from '../onnx/graph.ts';
import type { Evaluation, Scores } from './evaluate-scores.ts';
import type { PartFeatures } from './features-of-parts.ts';
import type { Prepared } from './prepare.ts';

/** A trained classifier that has to be calibrated and tested. */
export interface Classifier {
  readonly scores: Scores;
  /** Of the validation photos, by weights that did not learn from them. */
  readonly validationAccuracy: number | null;
  /** Writes the model file's graph. */
  readonly build: (calibrated: Calibrated) => Model;
  /** What `run.json` keeps of its fine-tuning. */
  readonly fineTuning?: (tested: Evaluation) => NonNullable<RunRecord['fineTuning']>;
  /** To be called once the model is saved: removes what was kept in case it would not be. */
  readonly finish?: () => Promise<void>;
}

/** What is known of a classifier after its test. */
export type Calibrated = Evaluation['calibration'] & Pick<CalibratedHead, 'labels' | 'unknown'>;

/** The classifier that a head is, on a network that stays as it is. */
export async function frozenClassifier(
  prepared: Prepared,
  { head, taps }: HeadChoice,
  test: PartFeatures,
): Promise<Classifier> {
  const { outOfFold, bias, validationAccuracy } = head;
  return {
    scores: { outOfFold, bias, test: await scoreRows(test.features, head) },
    validationAccuracy,
    build: (calibrated) =>
      prepared.build(
        { ...head, ...calibrated },
        taps.flatMap((tap) => prepared.taps[tap] ?? []),
      ),
  };
}
