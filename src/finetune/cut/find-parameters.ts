import { isOperator } from '../../onnx/attributes.ts';
import type { Model } from '../../onnx/graph.ts';
import { learnedInputs } from './learned-inputs.ts';

/** What of a graph can be trained. */
export interface Parameters {
  /** Names of float32 initializers, in the order in which the graph reads them. */
  readonly parameters: readonly string[];
  /** Those of two axes or more that are weights of a layer: no biases, no slopes. */
  readonly decayed: readonly string[];
}

/** Finds the constants of a graph that were learned. */
export function findParameters({ graph }: Model): Parameters {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const parameters = new Set<string>();
  const decayed = new Set<string>();
  for (const node of graph.nodes) {
    for (const name of learnedInputs(node, (tensor) => makers.get(tensor))) {
      const tensor = graph.initializers.get(name);
      if (tensor?.type !== 'float32') continue;
      parameters.add(name);
      const isWeight = isOperator(node, 'Conv', 'ConvTranspose', 'Gemm', 'MatMul');
      if (isWeight && tensor.dims.length >= 2) decayed.add(name);
    }
  }
  return { parameters: [...parameters], decayed: [...decayed] };
}
