import type { Graph, Model, Tensor } from '../../onnx/graph.ts';
import { freeName, namesOf } from '../../onnx/names.ts';
import { renameTensor } from '../../onnx/rename.ts';
import { simplify } from '../../onnx/simplify.ts';
import type { CutNetwork } from './cut-network.ts';

/**
 * Puts the two parts of a network together again, from `image` to every tap: those below the cut first.
 *
 * @param weights - Trained values of `cut.parameters`, float32 in the shapes that they have; those that are absent stay as they are.
 * @throws Error when a value has another shape than its parameter.
 */
export function joinCut(cut: CutNetwork, weights: ReadonlyMap<string, Tensor> = new Map()): Model {
  const { frozen } = cut;
  const upper = apart(withWeights(cut.upper.graph, weights), frozen.graph, cut.activation.name);
  const below = frozen.graph.outputs.filter(({ name }) => name !== cut.activation.name);
  return simplify({
    ...frozen,
    graph: {
      ...frozen.graph,
      nodes: [...frozen.graph.nodes, ...upper.nodes],
      initializers: new Map([...frozen.graph.initializers, ...upper.initializers]),
      outputs: [...below, ...upper.outputs],
    },
  });
}

function withWeights(graph: Graph, weights: ReadonlyMap<string, Tensor>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, tensor] of weights) {
    const known = initializers.get(name);
    if (known?.type !== tensor.type || known.dims.join() !== tensor.dims.join()) {
      throw new Error(
        `Expected ${known?.type ?? 'no value'} [${known?.dims.join(', ') ?? ''}] for ${name} of ${graph.name} but received ${tensor.type} [${tensor.dims.join(', ')}]`,
      );
    }
    initializers.set(name, tensor);
  }
  return { ...graph, initializers };
}

/** Gives tensors that are called as those of another graph names of their own, all but one that both know. */
function apart(graph: Graph, other: Graph, shared: string): Graph {
  const [theirs, taken] = [namesOf(other), new Set([...namesOf(other), ...namesOf(graph)])];
  let result = graph;
  for (const name of namesOf(graph)) {
    if (name !== '' && name !== shared && theirs.has(name)) {
      result = renameTensor(result, name, freeName(name, taken));
    }
  }
  const nodes = result.nodes.map((node) => ({
    ...node,
    name: theirs.has(node.name) ? freeName(node.name, taken) : node.name,
  }));
  return { ...result, nodes };
}
