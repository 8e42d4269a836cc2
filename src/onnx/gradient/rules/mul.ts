import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Mul: each operand's gradient is multiplied by the other operand. */
export const mulGradient: GradientRule = (node, gradient, draft) => {
  const [a = '', b = ''] = node.inputs;
  return toOperands(node, draft, [
    () => draft.step('Mul', [gradient, b]),
    () => draft.step('Mul', [gradient, a]),
  ]);
};
