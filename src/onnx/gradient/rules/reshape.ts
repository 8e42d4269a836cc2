import type { GradientRule } from '../rule.ts';
import { reshapeLike } from '../reshape.ts';

/** Reshape, Flatten, Squeeze and Unsqueeze: the gradient gets the operand's shape. */
export const reshapeGradient: GradientRule = (node, gradient, draft) => {
  const [x = ''] = node.inputs;
  return [reshapeLike(draft, gradient, x, draft.factsOf(node, x).dims)];
};
