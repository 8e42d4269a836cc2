import { floatAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';
import { whereInside } from '../where-inside.ts';

/** HardSigmoid: the gradient is multiplied by `alpha` where the result lies between 0 and 1. */
export const hardSigmoidGradient: GradientRule = (node, gradient, draft) => {
  const flow = draft.step('Mul', [gradient, draft.scalar(floatAttribute(node, 'alpha', 0.2))]);
  return [whereInside(draft, flow, node.outputs[0] ?? '', { above: 0, below: 1 })];
};
