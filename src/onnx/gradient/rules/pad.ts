import { stringAttribute } from '../../attributes.ts';
import { numbersOf } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** Pad with a constant: what was added is taken away from the gradient, and what was cut off is filled up with zeros. */
export const padGradient: GradientRule = (node, gradient, draft) => {
  const pads = numbersOf(draft.factsOf(node, node.inputs[1]));
  if (stringAttribute(node, 'mode', 'constant') !== 'constant' || pads === undefined) {
    throw notDifferentiable(node, 'only constant padding by a known amount has a rule');
  }
  return [draft.step('Pad', [gradient, draft.integers(pads.map((pad) => 0 - pad))])];
};
