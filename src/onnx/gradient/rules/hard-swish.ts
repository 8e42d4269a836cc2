import type { GradientRule } from '../rule.ts';
import { whereInside } from '../where-inside.ts';

/** HardSwish, `x · h` with `h` the HardSigmoid of slope 1/6: `dx = dy · (h + x/6 where h lies between 0 and 1)`. */
export const hardSwishGradient: GradientRule = ({ inputs: [x = ''] }, gradient, draft) => {
  const gate = draft.step('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  const sixth = draft.step('Mul', [x, draft.scalar(1 / 6)]);
  const slope = draft.step('Add', [gate, whereInside(draft, sixth, gate, { above: 0, below: 1 })]);
  return [draft.step('Mul', [gradient, slope])];
};
