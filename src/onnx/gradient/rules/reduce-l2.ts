import { keepReduced } from '../expand-reduced.ts';
import type { GradientRule } from '../rule.ts';

/** ReduceL2: `dx = dy · x / y`, and 0 where all elements are 0. */
export const reduceL2Gradient: GradientRule = (node, gradient, draft) => {
  const length = draft.step('Max', [keepReduced(node, node.outputs[0] ?? '', draft), draft.scalar(1e-30)]);
  const share = draft.step('Div', [keepReduced(node, gradient, draft), length]);
  return [draft.step('Mul', [node.inputs[0] ?? '', share])];
};
