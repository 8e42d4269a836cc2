import { isOperator, isStandard } from '../attributes.ts';
import type { Graph, GraphNode, Tensor } from '../graph.ts';
import type { TensorFacts } from '../shapes/facts.ts';

/** Operators whose results are safe in half precision when their values are within its range; sums over whole pictures, softmax and normalisation are not. */
const safe = new Set([
  ...['Conv', 'ConvTranspose', 'MatMul', 'Relu', 'LeakyRelu', 'PRelu', 'Clip', 'Sigmoid', 'HardSigmoid'],
  ...['HardSwish', 'Tanh', 'Add', 'Sub', 'Mul', 'MaxPool', 'AveragePool', 'Concat', 'Transpose', 'Reshape'],
  ...['Flatten', 'Squeeze', 'Unsqueeze', 'Slice', 'Split', 'Identity', 'DepthToSpace', 'SpaceToDepth'],
]);

/**
 * Chooses the nodes that compute in half precision: the safe ones from the first layer with weights to the last one. What prepares the pixels
 * stays in single precision, as do the averages behind the last layer, the head and the scores.
 */
export function planHalves(graph: Graph, facts: ReadonlyMap<string, TensorFacts>): Set<GraphNode> {
  const behind = reach(
    graph.nodes,
    ({ inputs }) => inputs,
    ({ outputs }) => outputs,
  );
  const before = reach(
    [...graph.nodes].reverse(),
    ({ outputs }) => outputs,
    ({ inputs }) => inputs,
  );
  return new Set(
    graph.nodes.filter((node) => {
      if (!isStandard(node) || !safe.has(node.op)) return false;
      const isReal = [...node.inputs.slice(0, 1), ...node.outputs].every(
        (name) => facts.get(name)?.type === 'float32',
      );
      return isReal && behind.has(node) && before.has(node) && constantsFit(node);
    }),
  );

  function isLayer(node: GraphNode): boolean {
    return (
      isOperator(node, 'Conv', 'ConvTranspose', 'MatMul') &&
      node.inputs.slice(1, 2).every((name) => graph.initializers.get(name)?.type === 'float32')
    );
  }

  /** The layers with weights, and all nodes that follow one in the order that is given. */
  function reach(
    nodes: readonly GraphNode[],
    from: (node: GraphNode) => readonly string[],
    to: (node: GraphNode) => readonly string[],
  ): Set<GraphNode> {
    const reached = new Set<GraphNode>();
    const names = new Set<string>();
    for (const node of nodes) {
      if (!isLayer(node) && !from(node).some((name) => names.has(name))) continue;
      reached.add(node);
      for (const name of to(node)) names.add(name);
    }
    return reached;
  }

  function constantsFit({ inputs }: GraphNode): boolean {
    return inputs.every((name) => fits(graph.initializers.get(name)));
  }
}

/** Half of the largest number of half precision, so that a sum of a few stays a number. */
export const mostHalf = 32_768;

function fits(tensor: Tensor | undefined): boolean {
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) return true;
  return tensor.data.every((value) => Math.abs(value) <= mostHalf || !Number.isFinite(value));
}
