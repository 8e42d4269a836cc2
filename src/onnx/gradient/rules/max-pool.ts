import { intAttribute, intsAttribute } from '../../attributes.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import { placeWindow, refuseEmptyWindows } from '../placed-window.ts';
import type { GradientRule } from '../rule.ts';
import { reshapeLike } from '../reshape.ts';

/** MaxPool: each window's gradient goes to the place of its maximum, which the pool's second output names in the whole flat tensor. */
export const maxPoolGradient: GradientRule = (node, gradient, draft) => {
  const [x = ''] = node.inputs;
  refuseEmptyWindows(node, placeWindow(node, intsAttribute(node, 'kernel_shape') ?? [], draft));
  if (intAttribute(node, 'storage_order', 0) !== 0) {
    throw notDifferentiable(node, 'it counts places by columns');
  }
  const flat = draft.integers([-1]);
  const places = draft.step('Reshape', [draft.furtherOutput(node, 1), flat]);
  const values = draft.step('Reshape', [gradient, flat]);
  const size = draft.step('Reshape', [draft.step('Size', [x]), draft.integers([1])]);
  const zeros = draft.step('ConstantOfShape', [size]);
  const sums = draft.step('ScatterElements', [zeros, places, values], {
    axis: { int: 0 },
    reduction: { string: 'add' },
  });
  return [reshapeLike(draft, sums, x, draft.factsOf(node, x).dims)];
};
