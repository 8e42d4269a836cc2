import type { GraphNode } from '../graph.ts';
import type { GradientDraft } from './gradient-draft.ts';
import { sumTo } from './sum-to.ts';

/**
 * Gives the gradients of the operands of an elementwise node with numpy's broadcasting.
 *
 * @param write - Writes the gradient for each operand, of the result's shape; only called where it is needed.
 */
export function toOperands(
  node: GraphNode,
  draft: GradientDraft,
  write: readonly (() => string)[],
): readonly (string | undefined)[] {
  const { dims } = draft.factsOf(node, node.outputs[0]);
  return write.map((gradient, index) => {
    const input = node.inputs[index];
    return draft.isNeeded(input)
      ? sumTo(draft, gradient(), dims, draft.factsOf(node, input).dims)
      : undefined;
  });
}
