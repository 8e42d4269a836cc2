import { intAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';

/** Softmax: `dx = y · (dy − Σ dy · y)`, the sum along its axis. */
export const softmaxGradient: GradientRule = (node, gradient, draft) => {
  const y = node.outputs[0] ?? '';
  const axis = draft.integers([intAttribute(node, 'axis', -1)]);
  const sum = draft.step('ReduceSum', [draft.step('Mul', [gradient, y]), axis], { keepdims: { int: 1 } });
  return [draft.step('Mul', [y, draft.step('Sub', [gradient, sum])])];
};
