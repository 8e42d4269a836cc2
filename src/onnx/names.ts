import type { Graph } from './graph.ts';

/** The names of all tensors and nodes of a graph and of the graphs inside its nodes. */
export function namesOf(graph: Graph): Set<string> {
  const names = new Set([
    ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
    ...graph.initializers.keys(),
  ]);
  for (const { name, inputs, outputs, attributes } of graph.nodes) {
    for (const used of [name, ...inputs, ...outputs]) names.add(used);
    for (const attribute of Object.values(attributes)) {
      if ('graph' in attribute) for (const inner of namesOf(attribute.graph)) names.add(inner);
    }
  }
  return names;
}

/** Gives a name that is not taken: the wanted one, or that with a number. It is taken afterwards. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  taken.add(name);
  return name;
}
