import { intAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';

/** LogSoftmax: `dx = dy − exp(y) · Σ dy`, the sum along its axis. */
export const logSoftmaxGradient: GradientRule = (node, gradient, draft) => {
  const axis = draft.integers([intAttribute(node, 'axis', -1)]);
  const sum = draft.step('ReduceSum', [gradient, axis], { keepdims: { int: 1 } });
  const share = draft.step('Mul', [draft.step('Exp', [node.outputs[0] ?? '']), sum]);
  return [draft.step('Sub', [gradient, share])];
};
