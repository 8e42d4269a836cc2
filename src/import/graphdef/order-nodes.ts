import { invalidGraph } from './invalid-graph.ts';
import type { GraphDefNode } from './read-graphdef.ts';

/**
 * Orders the nodes that a tensor depends on, each after what it reads; all others are left out.
 *
 * @throws RegraftError `BACKBONE_INVALID` when an input is missing or nodes read each other in a circle.
 */
export function orderNodes(
  nodes: ReadonlyMap<string, GraphDefNode>,
  output: string,
  source: string,
): readonly GraphDefNode[] {
  const ordered: GraphDefNode[] = [];
  const states = new Map<string, 'open' | 'done'>();
  const find = (tensor: string, reader: string): GraphDefNode => {
    const node = nodes.get(tensor.replace(/:\d+$/, ''));
    if (node === undefined) {
      throw invalidGraph(source, `node ${reader} reads the tensor ${tensor}, which no node makes`);
    }
    return node;
  };
  // Not recursive: networks are deeper than a stack.
  const path = [{ node: find(output, output), next: 0 }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const { node } = top;
    const input = node.inputs[top.next++];
    states.set(node.name, 'open');
    if (input === undefined) {
      states.set(node.name, 'done');
      ordered.push(node);
      path.pop();
      continue;
    }
    const read = find(input, node.name);
    const state = states.get(read.name);
    if (state === 'open') throw invalidGraph(source, `node ${node.name} reads its own result`);
    if (state === undefined) path.push({ node: read, next: 0 });
  }
  return ordered;
}
