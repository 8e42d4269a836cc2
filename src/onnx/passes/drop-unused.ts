import type { GraphNode, Model } from '../graph.ts';

/** Drops nodes and constants that no output needs. */
export function dropUnused(model: Model): Model {
  const { graph } = model;
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  if (nodes.length === graph.nodes.length && initializers.size === graph.initializers.size) return model;
  return { ...model, graph: { ...graph, nodes: nodes.reverse(), initializers } };
}
