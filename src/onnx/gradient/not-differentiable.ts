import { RegraftError } from '../../errors.ts';
import type { GraphNode } from '../graph.ts';

/** Gives the error for a node between the trained parameters and the loss through which no gradient can be taken, with the reason why. */
export function notDifferentiable(node: GraphNode, reason: string): RegraftError {
  const operator = node.domain ? `${node.domain}.${node.op}` : node.op;
  return new RegraftError(
    'NOT_DIFFERENTIABLE',
    `Expected operators with a gradient between the trained weights and the loss but found ${operator} at node ${node.name}: ${reason}.`,
    { hint: 'Train only the blocks after that node, or keep the whole network as it is.' },
  );
}
