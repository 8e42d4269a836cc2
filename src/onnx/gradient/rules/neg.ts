import type { GradientRule } from '../rule.ts';

/** Neg. */
export const negGradient: GradientRule = (_, gradient, draft) => [draft.step('Neg', [gradient])];
