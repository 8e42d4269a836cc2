import type { Prediction, ScoredLabel, UnknownVerdict } from '../../src/prediction.ts';
import type { ModelCard } from '../app/backend.ts';

// What the page reads of the server's answers; src/server/answers.ts has all of them.

/** `GET /v1/models` */
export interface ModelsAnswer {
  readonly models: readonly ModelCard[];
}

/** `POST /v1/models/:name/predict` */
export interface PredictAnswer {
  readonly predictions: readonly PredictionAnswer[];
}

/** What is said of one photo. */
export interface PredictionAnswer extends Pick<Prediction, 'label' | 'probability' | 'top'> {
  readonly labels?: readonly ScoredLabel[];
  readonly unknown?: UnknownVerdict;
  readonly error?: { readonly code: string; readonly message: string };
}
