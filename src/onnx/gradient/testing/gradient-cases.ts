import { axisCases } from './axis-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import type { DrawGradientCase } from './gradient-case.ts';
import { windowCases } from './window-cases.ts';

/** Draws a use of an operator to differentiate, by its name. */
export const gradientCases: Readonly<Record<string, DrawGradientCase>> = {
  ...elementwiseCases,
  ...axisCases,
  ...windowCases,
};
