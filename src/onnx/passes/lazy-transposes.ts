import { node as makeNode } from '../build.ts';
import type { GraphNode, Model, Tensor } from '../graph.ts';
import { freeName, namesOf } from '../names.ts';
import type { TensorFacts } from '../shapes/facts.ts';
import type { CommuteContext, Transposed } from './commute.ts';
import type { Shapes } from './pass.ts';
import { invert, type Permutation } from './permutation.ts';

/** A graph that is written anew, in which transpositions are only noted until something needs their result. */
export interface LazyTransposes extends CommuteContext {
  /** Notes that a tensor is the transpose of another. */
  defer(name: string, from: Transposed): void;
  /** Gives the name of a tensor for a node that reads it as it is; a transposition that was put off is written now. */
  compute(name: string): string;
  /** Adds a node. */
  write(node: GraphNode): void;
  /** Adds a node whose results were moved before a transposition. */
  writeMoved(node: GraphNode, perm: Permutation): void;
  finish(): Model;
}

/** Starts to write a graph anew. */
export function lazyTransposes(model: Model, shapes: Shapes): LazyTransposes {
  const { graph } = model;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const taken = namesOf(graph);
  const initializers = new Map<string, Tensor>(graph.initializers);
  const facts = new Map<string, TensorFacts>(shapes);
  const deferred = new Map<string, Transposed>();
  const computed = new Set<string>();
  const results = new Map<string, string>();
  const written = new Set<string>();
  const nodes: GraphNode[] = [];

  const newName = (wanted: string): string => freeName(wanted, taken);
  const write = (node: GraphNode): void => {
    nodes.push(node);
    for (const name of node.outputs) written.add(name);
  };
  const compute = (name: string): string => {
    const from = deferred.get(name);
    if (from === undefined || computed.has(name)) return name;
    const key = `${from.perm.join()} ${from.source}`;
    const known = outputs.has(name) ? undefined : results.get(key);
    if (known !== undefined) return known;
    const transpose = makeNode('Transpose', [from.source], [name], { perm: { ints: from.perm } });
    // The node that made the tensor may have its name, and goes on under it.
    write({ ...transpose, name: newName(`${name}/transposed`) });
    computed.add(name);
    results.set(key, name);
    return name;
  };
  // A tensor that is no longer there gives its name to the one it would be the transpose of: a file's names stay known.
  const sourceNames = (): ReadonlyMap<string, string> => {
    const names = new Map<string, string>();
    for (const [name, { source }] of deferred) {
      const isFree = !computed.has(name) && written.has(source) && !outputs.has(source) && !names.has(source);
      if (isFree && source.startsWith(name)) names.set(source, name);
    }
    return names;
  };
  return {
    transposed: (name) => deferred.get(name),
    facts(name) {
      const from = deferred.get(name);
      const known = facts.get(from?.source ?? name);
      if (from === undefined || known === undefined) return known;
      return { type: known.type, dims: from.perm.map((axis) => known.dims[axis] ?? '') };
    },
    constant: (name) => initializers.get(name),
    addConstant(wanted, tensor) {
      const name = newName(wanted);
      initializers.set(name, tensor);
      facts.set(name, { type: tensor.type, dims: tensor.dims });
      return name;
    },
    newName,
    defer: (name, from) => void deferred.set(name, from),
    compute,
    write,
    writeMoved(node, perm) {
      const results = node.outputs.map((name) => {
        if (name === '') return '';
        const old = facts.get(name);
        const result = newName(`${name}/before`);
        deferred.set(name, { source: result, perm });
        if (old) {
          facts.set(result, { type: old.type, dims: invert(perm).map((axis) => old.dims[axis] ?? '') });
        }
        return result;
      });
      write({ ...node, outputs: results });
    },
    finish() {
      for (const name of outputs) compute(name);
      return { ...model, graph: { ...graph, nodes: renamed(nodes, sourceNames()), initializers } };
    },
  };
}

function renamed(nodes: readonly GraphNode[], names: ReadonlyMap<string, string>): GraphNode[] {
  const nameOf = (name: string): string => names.get(name) ?? name;
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  }));
}
