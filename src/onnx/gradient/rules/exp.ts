import type { GradientRule } from '../rule.ts';

/** Exp: `dx = dy · y`. */
export const expGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => [
  draft.step('Mul', [gradient, y]),
];
