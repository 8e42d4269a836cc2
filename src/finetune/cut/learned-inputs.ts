import { isOperator, isStandard } from '../../onnx/attributes.ts';
import type { GraphNode } from '../../onnx/graph.ts';

/** The places of inputs at which an operator reads what it has learned; those of a product hold constants or activations. */
const places: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  PRelu: [1],
};

/**
 * Names the inputs of a node that may be learned: weights, biases, scales and shifts of normalisations, slopes. A sum with a constant is learned only
 * behind a layer, whose bias it is; constants of formulas, shapes and bounds never are.
 *
 * @param maker - Gives the node that makes a tensor.
 */
export function learnedInputs(
  node: GraphNode,
  maker: (name: string) => GraphNode | undefined,
): readonly string[] {
  if (!isStandard(node)) return [];
  if (isOperator(node, 'Add')) {
    const layer = node.inputs.findIndex((name) => isOperator(maker(name), 'Conv', 'ConvTranspose', 'MatMul'));
    return layer < 0 ? [] : node.inputs.filter((_, place) => place !== layer);
  }
  return (places[node.op] ?? []).flatMap((place) => node.inputs[place] ?? []).filter((name) => name !== '');
}
