import type { GradientRule } from '../rule.ts';
import { toOperands } from '../to-operands.ts';

/** Sum of any number of operands. */
export const sumGradient: GradientRule = (node, gradient, draft) =>
  toOperands(
    node,
    draft,
    node.inputs.map(() => () => gradient),
  );
