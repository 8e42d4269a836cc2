import type { FlatTable } from '../flat-table.ts';
import { unsupported } from '../operator.ts';
import type { TfliteOperator } from '../read-tflite.ts';
import type { TfliteDraft } from '../tflite-draft.ts';

/**
 * The rule by which a window is padded (`Padding`, the first option).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for a number that is none.
 */
export function paddingOf(
  operator: TfliteOperator,
  draft: TfliteDraft,
  options: FlatTable,
): 'SAME' | 'VALID' {
  const number = options.byte(0, 0);
  if (number === 0) return 'SAME';
  if (number === 1) return 'VALID';
  throw unsupported(operator, draft, `the padding ${number}`);
}
