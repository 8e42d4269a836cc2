import type { GradientRule } from '../rule.ts';

/** Sqrt: `dx = dy / (2 y)`. */
export const sqrtGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => [
  draft.step('Div', [draft.step('Mul', [gradient, draft.scalar(0.5)]), y]),
];
