import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Add. */
export const addGradient: GradientRule = (node, gradient, draft) =>
  toOperands(node, draft, [() => gradient, () => gradient]);
