import { floatAttribute } from '../../attributes.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import type { GradientRule } from '../rule.ts';

/** HardSigmoid: the gradient is multiplied by `alpha` where the result lies between 0 and 1. */
export const hardSigmoidGradient: GradientRule = (node, gradient, draft) => {
  const flow = draft.step('Mul', [gradient, draft.scalar(floatAttribute(node, 'alpha', 0.2))]);
  return [draft.step('Mul', [flow, isOnSlope(draft, node.outputs[0] ?? '')])];
};

/** 1 where a value from 0 to 1 is neither of the two, else 0. */
export function isOnSlope(draft: GradientDraft, y: string): string {
  const rest = draft.step('Sub', [draft.scalar(1), y]);
  return draft.step('Mul', [draft.step('Sign', [y]), draft.step('Sign', [rest])]);
}
