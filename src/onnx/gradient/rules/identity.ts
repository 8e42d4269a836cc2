import type { GradientRule } from '../rule.ts';

/** Identity: the gradient passes. */
export const identityGradient: GradientRule = (_, gradient) => [gradient];
