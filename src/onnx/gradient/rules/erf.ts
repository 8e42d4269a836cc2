import type { GradientRule } from '../rule.ts';

/** Erf, as in GELU: `dx = dy · 2/√π · exp(−x²)`. */
export const erfGradient: GradientRule = ({ inputs: [x = ''] }, gradient, draft) => {
  const bell = draft.step('Exp', [draft.step('Neg', [draft.step('Mul', [x, x])])]);
  const slope = draft.step('Mul', [bell, draft.scalar(2 / Math.sqrt(Math.PI))]);
  return [draft.step('Mul', [gradient, slope])];
};
