import type { Tap } from '../backbone/backbone.ts';
import type { HeadChoice } from '../head/choose-head.ts';

/** Says in a line which head came out on which taps, and how well it does on the validation photos. */
export function describeChoice({ head, taps, trials }: HeadChoice, known: readonly Tap[]): string {
  const names = taps.flatMap((tap) => known[tap]?.name ?? []);
  const where = names.length === 1 ? (names[0] ?? '') : `${names.length} taps joined`;
  const tried = trials.length > 1 ? `, the best of ${trials.length} tried` : '';
  const { validationAccuracy } = head;
  const validated =
    validationAccuracy === null
      ? 'no photos for validation'
      : `validation accuracy ${(validationAccuracy * 100).toFixed(1)} %`;
  return `${head.type} on ${where}${tried}; ${validated}`;
}
