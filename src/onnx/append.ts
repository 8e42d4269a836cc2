import type { GraphNode, Model, Tensor, ValueInfo } from './graph.ts';

/** What is added to a graph at its end. */
export interface Addition {
  readonly nodes: readonly GraphNode[];
  readonly initializers?: ReadonlyMap<string, Tensor>;
  /** The outputs of the whole; everything that they do not need should be cut off afterwards. */
  readonly outputs: readonly ValueInfo[];
}

/**
 * Appends nodes that read a graph's tensors by name.
 *
 * @throws Error when an added tensor has the name of one that is there: the two would be mixed up.
 */
export function append(model: Model, addition: Addition): Model {
  const { graph } = model;
  const taken = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
    ...graph.initializers.keys(),
  ]);
  const added = [
    ...addition.nodes.flatMap(({ outputs }) => outputs),
    ...(addition.initializers?.keys() ?? []),
  ];
  for (const name of added) {
    if (taken.has(name)) throw new Error(`Two tensors of ${graph.name} would be called ${name}`);
    taken.add(name);
  }
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...addition.nodes],
      initializers: new Map([...graph.initializers, ...(addition.initializers ?? [])]),
      outputs: addition.outputs,
    },
  };
}
