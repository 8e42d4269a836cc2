import type { Graph, GraphNode } from '../onnx/graph.ts';

/**
 * Gives the nodes on all ways from one tensor to another, in the graph's order.
 *
 * @param from - Undefined: all that the other one is made of.
 */
export function nodesBetween({ nodes }: Graph, from: string | undefined, to: string): readonly GraphNode[] {
  const needed = new Set([to]);
  const behind = nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      const makesStart = from !== undefined && outputs.includes(from);
      if (makesStart || !outputs.some((name) => needed.has(name))) return false;
      for (const name of inputs) if (name !== '') needed.add(name);
      return true;
    })
    .reverse();
  if (from === undefined) return behind;
  const reached = new Set([from]);
  return behind.filter(({ inputs, outputs }) => {
    if (!inputs.some((name) => reached.has(name))) return false;
    for (const name of outputs) if (name !== '') reached.add(name);
    return true;
  });
}
