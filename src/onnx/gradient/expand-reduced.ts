import { intAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { axesOf } from '../shapes/axes.ts';
import { wrapAxis } from '../shapes/facts.ts';
import type { GradientDraft } from './gradient-draft.ts';
import { notDifferentiable } from './not-differentiable.ts';

/** The axes that a reduction takes together, counted from the start. */
export function reducedAxes(node: GraphNode, draft: GradientDraft): readonly number[] {
  const [x, axesInput] = node.inputs;
  const rank = draft.factsOf(node, x).dims.length;
  const named = axesOf(node, axesInput ? draft.factsOf(node, axesInput) : undefined);
  if (named === 'unknown') throw notDifferentiable(node, 'its axes are not constant');
  if (named !== 'absent' && named.length > 0) return named.map((axis) => wrapAxis(axis, rank));
  if (intAttribute(node, 'noop_with_empty_axes', 0) !== 0) return [];
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Gives a tensor of a reduction's result back the axes that were taken together, of size one. */
export function keepReduced(node: GraphNode, tensor: string, draft: GradientDraft): string {
  if (intAttribute(node, 'keepdims', 1) !== 0) return tensor;
  const axes = [...reducedAxes(node, draft)].sort((a, b) => a - b);
  return axes.length === 0 ? tensor : draft.step('Unsqueeze', [tensor, draft.integers(axes)]);
}

/** Repeats a tensor with axes of size one to the shape of the reduction's operand. */
export function expandReduced(node: GraphNode, tensor: string, draft: GradientDraft): string {
  const [x = ''] = node.inputs;
  return draft.step('Expand', [keepReduced(node, tensor, draft), draft.step('Shape', [x])]);
}
