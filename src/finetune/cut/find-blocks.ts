import type { Tap } from '../../backbone/backbone.ts';
import type { GraphNode, Model } from '../../onnx/graph.ts';
import { learnedInputs } from './learned-inputs.ts';
import { tapTensor } from './tap-tensor.ts';

/** A part of a network that ends at a tap and has weights of its own. */
export interface Block {
  /** That of the tap. */
  readonly name: string;
  /** The tensor that it ends with; levels where it is quantised. */
  readonly tensor: string;
}

/**
 * Finds the blocks of a backbone's graph from the image to the end. A tap that only pools what another one reads, as most bottlenecks do, ends no block.
 *
 * @param isNeck - Tells whether everything behind a tensor depends on it; where paths go around it, no block ends.
 */
export function findBlocks(
  { graph }: Model,
  taps: readonly Tap[],
  isNeck: (tensor: string) => boolean,
): readonly Block[] {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const constants = constantTensors(graph.nodes, new Set(graph.initializers.keys()));
  const places = new Map(graph.nodes.map((node, place) => [node, place]));
  const placeOf = (tensor: string): number => {
    const node = makers.get(tensor);
    return (node && places.get(node)) ?? -1;
  };
  const ends = taps
    .map(({ name }): Block => ({ name, tensor: tapTensor(graph, name) }))
    .sort((a, b) => placeOf(a.tensor) - placeOf(b.tensor));
  const last = ends.at(-1);
  const counted = new Set<GraphNode>();
  return ends.filter((end) => (end === last || isNeck(end.tensor)) && addsWeights(end.tensor));

  /** Counts the nodes that lead to a tensor, and tells whether one that was not counted before has weights. */
  function addsWeights(tensor: string): boolean {
    let hasWeights = false;
    const open = [tensor];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = makers.get(name);
      if (node === undefined || counted.has(node)) continue;
      counted.add(node);
      open.push(...node.inputs);
      hasWeights ||= learnedInputs(node, (input) => makers.get(input)).some((input) => constants.has(input));
    }
    return hasWeights;
  }
}

/** Constants, also those that nodes make of constants, as dequantised weights are. */
function constantTensors(nodes: readonly GraphNode[], constants: Set<string>): ReadonlySet<string> {
  for (const { inputs, outputs } of nodes) {
    const isConstant = inputs.every((name) => name === '' || constants.has(name));
    if (isConstant) for (const name of outputs) constants.add(name);
  }
  return constants;
}
