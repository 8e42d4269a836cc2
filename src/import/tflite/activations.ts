import { RegraftError } from '../../errors.ts';
import type { Value } from '../layers/draft.ts';
import { clamp, type Operand } from '../layers/elementwise.ts';
import { inOrder } from '../layers/reshape.ts';
import { constantOf } from './constants.ts';
import { dequantise, isQuantised, quantise, type Range, rangeOf } from './quantisation.ts';
import type { TfliteTensor } from './read-tflite.ts';
import type { TfliteDraft } from './tflite-draft.ts';

/**
 * The real values of an activation.
 *
 * @throws RegraftError `BACKBONE_INVALID` when no operator made it.
 */
export function read(draft: TfliteDraft, tensor: TfliteTensor): Value {
  const value = draft.made.get(tensor);
  if (value === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${tensor.name} of ${draft.source} is read as an activation, but nothing makes it.`,
      { hint: 'The file may be damaged: fetch it again.' },
    );
  }
  return holdsLevels(draft, tensor) ? dequantise(draft, tensor, value, `${tensor.name}/dequantised`) : value;
}

/** The real values of an activation for an operator that keeps their order; in TensorFlow's order when it makes an output of the network. */
export function readFor(draft: TfliteDraft, output: TfliteTensor, tensor: TfliteTensor): Value {
  const value = read(draft, tensor);
  return draft.outputs.has(output) ? inOrder(draft, value) : value;
}

/** The real values of an activation or of a constant. */
export function readOperand(draft: TfliteDraft, tensor: TfliteTensor): Operand {
  return constantOf(draft, tensor) ?? read(draft, tensor);
}

/** Whether an activation is kept as levels. */
export function holdsLevels({ form }: TfliteDraft, tensor: TfliteTensor): boolean {
  return form === 'uint8' && isQuantised(tensor);
}

/** How an operator ends. */
export interface Ending {
  /** The range of its fused activation. */
  readonly clamp?: Range;
  /** Whether its result may leave the range of its quantised tensor, which the float form then keeps to as well: it may stand for a ReLU. */
  readonly leavesRange?: boolean;
}

/** Writes an operator by `make`, which gets the name of its result, and ends it: clamped, and quantised in the quantised form. */
export function write(
  draft: TfliteDraft,
  tensor: TfliteTensor,
  make: (name: string) => Value,
  { clamp: fused = everything, leavesRange = false }: Ending = {},
): void {
  const range = isQuantised(tensor) ? rangeOf(tensor, draft.source) : everything;
  const isTighter = fused.low > range.low || fused.high < range.high;
  const toLevels = holdsLevels(draft, tensor);
  const result = toLevels ? `${tensor.name}/real` : tensor.name;
  // Levels keep to their range by themselves.
  const clamps = isTighter || (leavesRange && !toLevels && range !== everything);
  let value = make(clamps ? `${tensor.name}/unclamped` : result);
  if (clamps) {
    const [low, high] = [Math.max(fused.low, range.low), Math.min(fused.high, range.high)];
    value = clamp(draft, result, value, low, high);
  }
  draft.made.set(tensor, toLevels ? quantise(draft, tensor, value) : value);
}

const everything: Range = { low: -Infinity, high: Infinity };
