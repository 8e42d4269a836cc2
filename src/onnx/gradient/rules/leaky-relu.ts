import { floatAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';

/** LeakyRelu: the gradient is multiplied by `alpha` where the operand is not positive. */
export const leakyReluGradient: GradientRule = (node, gradient, draft) => {
  const positive = draft.step('Greater', [node.inputs[0] ?? '', draft.scalar(0)]);
  const damped = draft.step('Mul', [gradient, draft.scalar(floatAttribute(node, 'alpha', 0.01))]);
  return [draft.step('Where', [positive, gradient, damped])];
};
