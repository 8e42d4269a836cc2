import type { GradientRule } from '../rule.ts';

/** Log: `dx = dy / x`. */
export const logGradient: GradientRule = ({ inputs: [x = ''] }, gradient, draft) => [
  draft.step('Div', [gradient, x]),
];
