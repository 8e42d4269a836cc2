import type { GradientRule } from '../rule.ts';

/** Relu: the gradient passes where the result is positive. */
export const reluGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => [
  draft.step('Mul', [gradient, draft.step('Sign', [y])]),
];
