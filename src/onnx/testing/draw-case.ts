import { axisCases } from './operators/axis-cases.ts';
import { binaryCases } from './operators/binary-cases.ts';
import { placeCases } from './operators/place-cases.ts';
import { quantisedCases } from './operators/quantised-cases.ts';
import { unaryCases } from './operators/unary-cases.ts';
import { windowCases } from './operators/window-cases.ts';
import type { Draw } from './operators/operator-case.ts';

/** Draws a valid use of an operator, by its name. */
export const drawCase: Readonly<Record<string, Draw>> = {
  ...unaryCases(),
  ...binaryCases(),
  ...windowCases(),
  ...axisCases(),
  ...placeCases(),
  ...quantisedCases(),
};
