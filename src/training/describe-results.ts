import type { FittedHead } from '../head/head.ts';
import type { Evaluation } from './evaluate-head.ts';

/** Says in a few words how a trained head does on the validation photos. */
export function describeHead({ validationAccuracy, validationMeanAveragePrecision }: FittedHead): string {
  if (validationAccuracy === null) return 'trained; no photos for validation';
  return validationMeanAveragePrecision === undefined || validationMeanAveragePrecision === null
    ? `validation accuracy ${percent(validationAccuracy)}`
    : `validation mAP ${percent(validationMeanAveragePrecision)}`;
}

/** Says in a few words how a finished model does on the test photos. */
export function describeEvaluation({ metrics, multiLabel }: Evaluation): string {
  const area = multiLabel?.meanAveragePrecision ?? null;
  const figure = area === null ? `test accuracy ${percent(metrics.accuracy)}` : `test mAP ${percent(area)}`;
  return `${figure} on ${metrics.count} photos`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
