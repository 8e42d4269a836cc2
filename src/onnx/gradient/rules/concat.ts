import { intAttribute } from '../../attributes.ts';
import { wrapAxis } from '../../shapes/facts.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** Concat: each operand gets its part of the gradient. */
export const concatGradient: GradientRule = (node, gradient, draft) => {
  const { dims } = draft.factsOf(node, node.outputs[0]);
  const axis = wrapAxis(intAttribute(node, 'axis', 0), dims.length);
  let end = 0;
  return node.inputs.map((input) => {
    const size = draft.factsOf(node, input).dims[axis];
    if (typeof size !== 'number') throw notDifferentiable(node, 'the size of a part is not known');
    const start = end;
    end += size;
    if (!draft.isNeeded(input)) return undefined;
    const bounds = [[start], [end], [axis]].map((values) => draft.integers(values));
    return draft.step('Slice', [gradient, ...bounds]);
  });
};
