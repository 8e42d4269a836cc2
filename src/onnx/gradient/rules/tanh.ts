import type { GradientRule } from '../rule.ts';

/** Tanh: `dx = dy · (1 − y²)`. */
export const tanhGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => {
  const slope = draft.step('Sub', [draft.scalar(1), draft.step('Mul', [y, y])]);
  return [draft.step('Mul', [gradient, slope])];
};
