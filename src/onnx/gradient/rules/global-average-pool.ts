import { productOf } from '../../shapes/dimension.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import type { GradientRule } from '../rule.ts';

/** GlobalAveragePool: each place gets an equal share of its channel's gradient. */
export const globalAveragePoolGradient: GradientRule = (node, gradient, draft) => {
  const [x = ''] = node.inputs;
  const count = productOf(draft.factsOf(node, x).dims.slice(2));
  if (typeof count !== 'number') throw notDifferentiable(node, 'the size of the map is not known');
  const share = draft.step('Mul', [gradient, draft.scalar(1 / count)]);
  return [draft.step('Expand', [share, draft.step('Shape', [x])])];
};
