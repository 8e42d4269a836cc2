import type { GradientRule } from '../rule.ts';

/** Cast to float32 from float32, the only type that is differentiated: the gradient passes. */
export const castGradient: GradientRule = (_, gradient) => [gradient];
