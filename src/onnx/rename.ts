import type { Attribute, Graph, GraphNode } from './graph.ts';

/** Gives a tensor another name wherever it is made or read, also in the graphs inside nodes. The new name must be free. */
export function renameTensor(graph: Graph, from: string, to: string): Graph {
  const renamed = (name: string): string => (name === from ? to : name);
  const withName = <T extends { readonly name: string }>(value: T): T => ({
    ...value,
    name: renamed(value.name),
  });
  const inNode = (node: GraphNode): GraphNode => ({
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
        name,
        'graph' in attribute ? { graph: renameTensor(attribute.graph, from, to) } : attribute,
      ]),
    ),
  });
  return {
    ...graph,
    nodes: graph.nodes.map(inNode),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [renamed(name), tensor])),
    inputs: graph.inputs.map(withName),
    outputs: graph.outputs.map(withName),
  };
}
