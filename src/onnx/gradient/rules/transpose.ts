import { intsAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';

/** Transpose: the gradient is transposed back. */
export const transposeGradient: GradientRule = (node, gradient, draft) => {
  const perm = intsAttribute(node, 'perm');
  // Without an order the axes are reversed, and so they are back.
  const back = perm?.map((_, axis) => perm.indexOf(axis));
  return [draft.step('Transpose', [gradient], back === undefined ? {} : { perm: { ints: back } })];
};
