import type { GraphNode, Model, ValueInfo } from './graph.ts';

/**
 * Keeps what is needed to compute the given tensors and makes them the outputs; inputs stay.
 *
 * @throws Error when no node makes one of them: the caller names a tensor that is not there.
 */
export function cutAt(model: Model, outputs: readonly ValueInfo[]): Model {
  const { graph } = model;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const kept = new Set<GraphNode>();
  const names = new Set<string>();
  const open = outputs.map(({ name }) => name);
  for (const { name } of outputs) {
    if (!makers.has(name)) throw new Error(`No node of ${graph.name} makes the tensor ${name}`);
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    names.add(name);
    const maker = makers.get(name);
    if (maker === undefined || kept.has(maker)) continue;
    kept.add(maker);
    open.push(...maker.inputs.filter((input) => input !== ''));
  }
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.filter((node) => kept.has(node)),
      initializers: new Map([...graph.initializers].filter(([name]) => names.has(name))),
      outputs,
    },
  };
}
