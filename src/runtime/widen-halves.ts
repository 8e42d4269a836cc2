import { isOperator } from '../onnx/attributes.ts';
import { elementTypeNumbers } from '../onnx/element-types.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { halfValues } from '../onnx/half-floats.ts';

/**
 * Makes a graph compute in single precision where it computes in half: processors have no kernels for halves, and onnxruntime would convert weights
 * and values at each node of each run. The results are those of the rounded weights, more exact than the file's own.
 */
export function widenHalves(model: Model): Model {
  const { graph } = model;
  if (![...graph.initializers.values()].some(({ type }) => type === 'float16')) return model;
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [
      name,
      tensor.type === 'float16' ? toSingle(tensor) : tensor,
    ]),
  );
  const nodes = graph.nodes.map((node) => {
    const { to } = node.attributes;
    const makesHalves =
      isOperator(node, 'Cast') && to !== undefined && 'int' in to && to.int === elementTypeNumbers.float16;
    return makesHalves ? { ...node, attributes: { to: { int: elementTypeNumbers.float32 } } } : node;
  });
  return { ...model, graph: { ...graph, nodes, initializers } };
}

function toSingle({ dims, data }: Tensor): Tensor {
  const table = halfValues();
  const values = new Float32Array(data.length);
  for (let index = 0; index < values.length; index++) values[index] = table[Number(data[index])] ?? 0;
  return { type: 'float32', dims, data: values };
}
