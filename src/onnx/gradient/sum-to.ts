import type { Dimension } from '../shapes/dimension.ts';
import type { GradientDraft } from './gradient-draft.ts';

/**
 * Sums a gradient over the axes along which an operand was broadcast.
 *
 * @param from - The shape of the gradient.
 * @param to - The shape of the operand.
 */
export function sumTo(
  draft: GradientDraft,
  gradient: string,
  from: readonly Dimension[],
  to: readonly Dimension[],
): string {
  const added = from.length - to.length;
  const summed = from.flatMap((dim, axis) => {
    if (axis < added) return [axis];
    return dim !== 1 && to[axis - added] === 1 ? [axis] : [];
  });
  if (summed.length === 0) return gradient;
  const kept = draft.step('ReduceSum', [gradient, draft.integers(summed)], { keepdims: { int: 1 } });
  if (added === 0) return kept;
  return draft.step('Squeeze', [kept, draft.integers(Array.from({ length: added }, (_, axis) => axis))]);
}
