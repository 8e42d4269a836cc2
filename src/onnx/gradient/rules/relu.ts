import type { GradientRule } from '../rule.ts';
import { whereInside } from '../where-inside.ts';

/** Relu: the gradient passes where the result is positive. */
export const reluGradient: GradientRule = ({ outputs: [y = ''] }, gradient, draft) => [
  whereInside(draft, gradient, y, { above: 0 }),
];
