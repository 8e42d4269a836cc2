import type { GradientRule } from '../rule.ts';

/** Softplus: `dx = dy · sigmoid(x)`. */
export const softplusGradient: GradientRule = ({ inputs: [x = ''] }, gradient, draft) => [
  draft.step('Mul', [gradient, draft.step('Sigmoid', [x])]),
];
