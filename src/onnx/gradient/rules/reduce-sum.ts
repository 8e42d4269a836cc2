import { expandReduced } from '../expand-reduced.ts';
import type { GradientRule } from '../rule.ts';

/** ReduceSum: each element gets the gradient of its sum. */
export const reduceSumGradient: GradientRule = (node, gradient, draft) => [
  expandReduced(node, gradient, draft),
];
