import type { GraphNode, Model, Tensor } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';

/** Changes to a graph that are collected while it is walked, and made at once. */
export interface GraphEdit {
  readonly model: Model;
  /** The node that makes a tensor. */
  maker(name: string): GraphNode | undefined;
  /** The nodes that read a tensor, one that reads it twice only once. */
  readers(name: string): readonly GraphNode[];
  isOutput(name: string): boolean;
  /** True when one node alone reads the tensor, and it is no output of the graph. */
  isPrivate(name: string): boolean;
  /** Puts nodes at a node's place; none to remove it. */
  replace(node: GraphNode, nodes: readonly GraphNode[]): void;
  /** True when a node was replaced or removed in this edit: its neighbours may no longer be judged by it. */
  isReplaced(node: GraphNode): boolean;
  /** Calls a tensor by another name wherever it is made or read. */
  rename(from: string, to: string): void;
  isRenamed(name: string): boolean;
  /** Adds a constant and gives its name, which is `wanted` or one like it that is free. */
  addConstant(wanted: string, tensor: Tensor): string;
  /** Gives a constant another value; only where nothing that is kept as it is reads it. */
  replaceConstant(name: string, tensor: Tensor): string;
  /** Gives a name for a new tensor: `wanted`, or one like it that is free. */
  newName(wanted: string): string;
  /** The changed graph, or the very same when nothing was changed. */
  finish(): Model;
}

/** Starts to change a graph. */
export function editGraph(model: Model): GraphEdit {
  const { graph } = model;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = readersOf(graph.nodes);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const taken = namesOf(graph);
  const replaced = new Map<GraphNode, readonly GraphNode[]>();
  const names = new Map<string, string>();
  const constants = new Map<string, Tensor>();

  const newName = (wanted: string): string => freeName(wanted, taken);
  return {
    model,
    maker: (name) => makers.get(name),
    readers: (name) => readers.get(name) ?? [],
    isOutput: (name) => outputs.has(name),
    isPrivate: (name) => readers.get(name)?.length === 1 && !outputs.has(name),
    replace: (node, nodes) => void replaced.set(node, nodes),
    isReplaced: (node) => replaced.has(node),
    rename: (from, to) => void names.set(from, to),
    isRenamed: (name) => names.has(name),
    newName,
    replaceConstant(name, tensor) {
      constants.set(name, tensor);
      return name;
    },
    addConstant(wanted, tensor) {
      const name = newName(wanted);
      constants.set(name, tensor);
      return name;
    },
    finish() {
      if (replaced.size === 0 && names.size === 0 && constants.size === 0) return model;
      const nodes = graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
      const initializers = new Map([...graph.initializers, ...constants]);
      return { ...model, graph: { ...graph, nodes: renameTensors(nodes, names), initializers } };
    },
  };
}

function readersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [node]);
      else known.push(node);
    }
  }
  return readers;
}

function renameTensors(
  nodes: readonly GraphNode[],
  names: ReadonlyMap<string, string>,
): readonly GraphNode[] {
  if (names.size === 0) return nodes;
  const resolve = (name: string): string => {
    let current = name;
    for (let next = names.get(current); next !== undefined; next = names.get(current)) current = next;
    return current;
  };
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(resolve),
    outputs: node.outputs.map(resolve),
  }));
}
