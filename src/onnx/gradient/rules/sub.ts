import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Sub. */
export const subGradient: GradientRule = (node, gradient, draft) =>
  toOperands(node, draft, [() => gradient, () => draft.step('Neg', [gradient])]);
