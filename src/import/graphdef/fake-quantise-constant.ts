import type { QuantisedRange } from '../layers/fake-quantise.ts';
import type { Constant } from './constant.ts';
import { foldUnary } from './fold.ts';
import { type Operator, unsupported } from './operator.ts';

/**
 * Rounds weights to the levels of their range as TensorFlow does it (`Nudge` and `FakeQuantWithMinMaxVarsFunctor` in
 * fake_quant_ops_functor.h), step by step in float32, so that the folded weights are the same.
 *
 * @param ranges - One for all, or one for each place of the last axis.
 */
export function fakeQuantiseConstant(
  operator: Operator,
  weights: Constant,
  ranges: readonly Required<QuantisedRange>[],
): Constant {
  if (weights.type !== 'float32' || (ranges.length !== 1 && ranges.length !== weights.dims.at(-1))) {
    throw unsupported(operator, `${ranges.length} ranges for [${weights.dims.join(', ')}]`);
  }
  const levels = ranges.map(nudged);
  const [first] = levels;
  if (first === undefined) throw unsupported(operator, 'no range');
  return foldUnary(operator, weights, (weight, index) => {
    const { low, high, scale, inverse, zero } = levels.length === 1 ? first : levels[index % levels.length]!;
    const shifted = f(Math.max(low, Math.min(high, weight)) - low);
    return f(Math.floor(f(f(f(shifted * inverse) - zero) + 0.5)) * scale);
  });
}

/** To float32. */
const f = Math.fround;

interface Levels {
  readonly low: number;
  readonly high: number;
  readonly scale: number;
  readonly inverse: number;
  readonly zero: number;
}

function nudged({ min, max, bits, narrow }: Required<QuantisedRange>): Levels {
  const [lowest, highest] = [narrow ? 1 : 0, 2 ** bits - 1];
  const scale = f(f(max - min) / (highest - lowest));
  const inverse = f(1 / scale);
  const fromMin = f(lowest - f(min / scale));
  const zeroPoint = Math.min(highest, Math.max(lowest, Math.round(fromMin)));
  const low = f((lowest - zeroPoint) * scale);
  const high = f((highest - zeroPoint) * scale);
  return { low, high, scale, inverse, zero: Math.floor(f(f(-low * inverse) + 0.5)) };
}
