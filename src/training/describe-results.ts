import type { Tap } from '../backbone/backbone.ts';
import type { HeadChoice } from '../head/choose-head.ts';
import type { FittedHead } from '../head/head.ts';
import type { Evaluation } from './evaluate-scores.ts';

/** Says in a line which head came out on which taps, and how well it does on the validation photos. */
export function describeChoice({ head, taps, trials }: HeadChoice, known: readonly Tap[]): string {
  const names = taps.flatMap((tap) => known[tap]?.name ?? []);
  const where = names.length === 1 ? (names[0] ?? '') : `${names.length} taps joined`;
  const tried = trials.length > 1 ? `, the best of ${trials.length} tried` : '';
  return `${head.type} on ${where}${tried}; ${describeValidation(head)}`;
}

function describeValidation({ validationAccuracy, validationMeanAveragePrecision }: FittedHead): string {
  if (validationAccuracy === null) return 'no photos for validation';
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
