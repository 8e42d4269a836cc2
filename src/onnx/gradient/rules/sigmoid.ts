import type { GradientRule } from '../rule.ts';

/** Sigmoid: `dx = dy · y · (1 − y)`. */
export const sigmoidGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => {
  const slope = draft.step('Mul', [y, draft.step('Sub', [draft.scalar(1), y])]);
  return [draft.step('Mul', [gradient, slope])];
};
