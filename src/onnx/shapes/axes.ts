import { intsAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { numbersOf, type TensorFacts } from './facts.ts';

/** The axes that a node names by its second input (newer operator sets) or by an attribute (older ones). */
export function axesOf(
  node: GraphNode,
  axes: TensorFacts | undefined,
): readonly number[] | 'absent' | 'unknown' {
  if (node.inputs[1] !== undefined && node.inputs[1] !== '') return numbersOf(axes) ?? 'unknown';
  return intsAttribute(node, 'axes') ?? 'absent';
}
