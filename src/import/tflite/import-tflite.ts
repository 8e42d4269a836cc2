import type { NumericForm } from '../../onnx/numeric-form.ts';
import { RegraftError } from '../../errors.ts';
import type { Model } from '../../onnx/graph.ts';
import { graphWriter } from './graph-writer.ts';
import { operatorImporters } from './operators.ts';
import { readTflite, type TfliteGraph, type TfliteTensor } from './read-tflite.ts';

/** The name of an imported image network's input: uint8 RGB `[N, height, width, 3]`. */
export const imageInput = 'image';

/**
 * Turns a uint8-quantised TensorFlow Lite image network into an ONNX graph of standard operators with any batch size.
 * Tensors keep their names; activations become NCHW. In the quantised form they are uint8 (QDQ) and weights stay uint8; in the float form
 * weights are dequantised and activations are not rounded.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` for a broken file, `OPERATOR_UNSUPPORTED` naming the operator.
 */
export function importTflite(bytes: Uint8Array, source: string, form: NumericForm): Model {
  const graph = readTflite(bytes, source);
  const input = imageOf(graph, source);
  const writer = graphWriter(form, source);
  writer.begin(imageInput, input);
  for (const operator of graph.operators) {
    const importer = operatorImporters[operator.kind];
    if (importer === undefined) {
      throw new RegraftError(
        'OPERATOR_UNSUPPORTED',
        `${operator.kind} (tensor ${operator.outputs[0]?.name ?? 'without a name'}) in ${source} cannot be imported.`,
        { hint: `Operators that can: ${Object.keys(operatorImporters).join(', ')}.` },
      );
    }
    importer(operator, writer);
  }
  return {
    opset: 17,
    metadata: {},
    graph: {
      name: source,
      nodes: writer.nodes,
      initializers: writer.initializers,
      inputs: [{ name: imageInput, type: 'uint8', dims: ['N', ...input.shape.slice(1)] }],
      outputs: graph.outputs.map(({ name, shape }) => ({
        name,
        type: form === 'uint8' ? 'uint8' : 'float32',
        dims: ['N', ...shape.slice(1)],
      })),
    },
  };
}

function imageOf(graph: TfliteGraph, source: string): TfliteTensor {
  const [input] = graph.inputs;
  if (
    input?.type === 'uint8' &&
    input.shape.length === 4 &&
    input.shape[3] === 3 &&
    graph.inputs.length === 1
  ) {
    return input;
  }
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected one uint8 input [1, height, width, 3] in ${source} but found ${graph.inputs.map(({ type, shape }) => `${type} [${shape.join(', ')}]`).join(' and ') || 'none'}.`,
  );
}
