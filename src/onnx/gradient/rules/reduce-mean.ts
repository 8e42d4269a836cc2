import { productOf } from '../../shapes/dimension.ts';
import { expandReduced, reducedAxes } from '../expand-reduced.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import type { GradientRule } from '../rule.ts';

/** ReduceMean: each element gets an equal share of the gradient of its mean. */
export const reduceMeanGradient: GradientRule = (node, gradient, draft) => {
  const [x = ''] = node.inputs;
  const { dims } = draft.factsOf(node, x);
  const count = productOf(reducedAxes(node, draft).map((axis) => dims[axis] ?? ''));
  const share =
    typeof count === 'number'
      ? draft.step('Mul', [gradient, draft.scalar(1 / count)])
      : draft.step('Div', [
          draft.step('Mul', [gradient, sizeOf(draft, node.outputs[0] ?? '')]),
          sizeOf(draft, x),
        ]);
  return [expandReduced(node, share, draft)];
};

function sizeOf(draft: GradientDraft, tensor: string): string {
  return draft.step('Cast', [draft.step('Size', [tensor])], { to: { int: 1 } });
}
