import { type Draft, emit, type Value } from './draft.ts';
import { channelsFirst } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Writes another order of the axes, in TensorFlow's terms; the batch stays first. Costs nothing where the stored order is right already.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the batch would move.
 */
export function transpose(draft: Draft, name: string, input: Value, perm: readonly number[]): Value {
  const rank = input.shape.length;
  const isOrder = [...perm].sort((a, b) => a - b).every((axis, index) => axis === index);
  if (perm.length !== rank || !isOrder || perm[0] !== 0) {
    throw unsupportedLayer(draft, name, `a transpose [${perm.join(', ')}] of [${input.shape.join(', ')}]`);
  }
  const value = inOrder(draft, input);
  const shape = perm.map((axis) => value.shape[axis] ?? 1);
  const stored = rank === 4 ? channelsFirst.map((axis) => channelsFirst.indexOf(perm[axis] as 0)) : [...perm];
  if (stored.every((axis, index) => axis === index)) {
    return emit(draft, 'Identity', [value.name], { name, shape });
  }
  return emit(draft, 'Transpose', [value.name], { name, shape }, { perm: { ints: stored } });
}
