import type { Prediction } from '../prediction.ts';
import type { PredictionAnswer } from './answers.ts';

/** Writes a prediction as the server answers it; only a photo of a form has a name. */
export function toPredictionAnswer(prediction: Prediction, name?: string): PredictionAnswer {
  const { label, probability, top, labels, unknown, error } = prediction;
  return {
    ...(name !== undefined && { name }),
    label,
    probability,
    top: [...top],
    ...(labels !== undefined && { labels: [...labels] }),
    ...(unknown !== undefined && { unknown }),
    ...(error !== undefined && { error: { code: error.code, message: error.reason } }),
  };
}
