import { inputsOf, numbersOf, optionsOf, unsupported } from '../operator.ts';
import type { TfliteOperator } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';

/**
 * What a STRIDED_SLICE takes along an axis (tf.strided_slice): `end` is exclusive, and a shrunk axis gives one element.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for a step below 1.
 */
export function strideAlong(
  operator: TfliteOperator,
  draft: TfliteDraft,
  axis: number,
  length: number,
): { readonly start: number; readonly end: number; readonly step: number } {
  const [, begin, end] = inputsOf(operator, draft, 3);
  const numbers = [begin, end, operator.inputs[3]].map((tensor) => numbersOf(operator, draft, tensor)[axis]);
  const [first = 0, last = length, step = 1] = numbers;
  if (step < 1) throw unsupported(operator, draft, `the step ${step}`);
  const options = optionsOf(operator, draft);
  const isMasked = (field: number): boolean => ((options.int(field, 0) >> axis) & 1) === 1;
  const within = (index: number): number => Math.min(length, Math.max(0, index < 0 ? index + length : index));
  const start = isMasked(0) ? 0 : within(first);
  if (isMasked(4)) return { start, end: start + 1, step: 1 };
  return { start, end: isMasked(1) ? length : within(last), step };
}
