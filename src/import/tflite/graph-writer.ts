import { floats, int32s, node, uint8s } from '../../onnx/build.ts';
import type { Attribute, GraphNode, Tensor } from '../../onnx/graph.ts';
import type { NumericForm } from '../../onnx/numeric-form.ts';
import { RegraftError } from '../../errors.ts';
import type { Quantisation, TfliteTensor } from './read-tflite.ts';

/**
 * Collects the nodes and constants of an imported graph and hides the difference between the two numeric forms: operators are
 * written on float tensors; in the quantised form each result is quantised as the file says, and dequantised where it is read (QDQ).
 */
export interface GraphWriter {
  readonly source: string;
  readonly nodes: GraphNode[];
  readonly initializers: Map<string, Tensor>;
  /** Starts from the image, uint8 NHWC, as the network's input tensor. */
  begin(image: string, input: TfliteTensor): void;
  /** The float tensor to read for an activation. */
  read(tensor: TfliteTensor): string;
  /** The float tensor to read for a constant weight whose values are laid out anew by `arrange`. */
  weight(tensor: TfliteTensor, dims: readonly number[], arrange: (values: Uint8Array) => Uint8Array): string;
  /** The float tensor to read for a constant int32 bias. */
  bias(tensor: TfliteTensor): string;
  /** Writes an operator that makes an activation, clamped to `[low, high]` and to the tensor's own range. */
  write(
    op: string,
    inputs: readonly string[],
    output: TfliteTensor,
    attributes: Record<string, Attribute>,
    clamp?: Clamp,
  ): void;
  constant(name: string, tensor: Tensor): string;
}

/** The range of a fused activation. */
export interface Clamp {
  readonly low: number;
  readonly high: number;
}

/** Starts an empty graph. */
export function graphWriter(form: NumericForm, source: string): GraphWriter {
  const nodes: GraphNode[] = [];
  const initializers = new Map<string, Tensor>();
  const dequantised = new Set<string>();

  const constant = (name: string, tensor: Tensor): string => {
    initializers.set(name, tensor);
    return name;
  };
  const parameters = (tensor: TfliteTensor): [string, string] => {
    const { scale, zeroPoint } = quantisationOf(tensor, source);
    return [
      constant(`${tensor.name}/scale`, floats([], [scale])),
      constant(`${tensor.name}/zero_point`, uint8s([], [zeroPoint])),
    ];
  };
  const readDequantised = (tensor: TfliteTensor): string => {
    const name = `${tensor.name}/dequantised`;
    if (!dequantised.has(name)) {
      nodes.push(node('DequantizeLinear', [tensor.name, ...parameters(tensor)], [name]));
    }
    dequantised.add(name);
    return name;
  };

  return {
    source,
    nodes,
    initializers,
    constant,
    begin(image, input) {
      const pixels = form === 'uint8' ? input.name : `${input.name}/pixels`;
      nodes.push(node('Transpose', [image], [pixels], { perm: { ints: [0, 3, 1, 2] } }));
      if (form === 'float32') {
        nodes.push(node('DequantizeLinear', [pixels, ...parameters(input)], [input.name]));
      }
    },
    read: (tensor) => (form === 'uint8' ? readDequantised(tensor) : tensor.name),
    weight(tensor, dims, arrange) {
      if (!(tensor.data instanceof Uint8Array)) {
        throw unexpectedType(tensor, 'constant uint8 weights', source);
      }
      const values = arrange(tensor.data);
      if (form === 'uint8') {
        constant(tensor.name, uint8s(dims, values));
        return readDequantised(tensor);
      }
      const { scale, zeroPoint } = quantisationOf(tensor, source);
      return constant(tensor.name, floats(dims, dequantise(values, scale, zeroPoint)));
    },
    bias(tensor) {
      if (!(tensor.data instanceof Int32Array)) throw unexpectedType(tensor, 'a constant int32 bias', source);
      const { scale } = quantisationOf(tensor, source);
      if (form === 'float32') {
        return constant(tensor.name, floats(tensor.shape, dequantise(tensor.data, scale, 0)));
      }
      constant(tensor.name, int32s(tensor.data, tensor.shape));
      const name = `${tensor.name}/dequantised`;
      nodes.push(
        node(
          'DequantizeLinear',
          [tensor.name, constant(`${tensor.name}/scale`, floats([], [scale]))],
          [name],
        ),
      );
      return name;
    },
    write(op, inputs, output, attributes, clamp = { low: -Infinity, high: Infinity }) {
      const range = rangeOf(quantisationOf(output, source));
      const isTighter = clamp.low > range.low || clamp.high < range.high;
      // The quantised form clamps to the tensor's range by itself; in the float form only a convolution can leave it.
      const needsClip = isTighter || (form === 'float32' && op === 'Conv');
      const result = form === 'uint8' ? `${output.name}/real` : output.name;
      const made = needsClip ? `${output.name}/unclamped` : result;
      nodes.push(node(op, inputs, [made], attributes));
      if (needsClip) {
        const low = constant(`${output.name}/low`, floats([], [Math.max(clamp.low, range.low)]));
        const high = constant(`${output.name}/high`, floats([], [Math.min(clamp.high, range.high)]));
        nodes.push(node('Clip', [made, low, high], [result]));
      }
      if (form === 'uint8') {
        nodes.push(node('QuantizeLinear', [result, ...parameters(output)], [output.name]));
      }
    },
  };
}

function dequantise(values: Uint8Array | Int32Array, scale: number, zeroPoint: number): Float32Array {
  const real = new Float32Array(values.length);
  // A plain loop: Float32Array.from with a function takes twenty times as long on 24 million weights.
  for (let index = 0; index < real.length; index++) real[index] = scale * ((values[index] ?? 0) - zeroPoint);
  return real;
}

/** The real numbers that a quantised uint8 tensor can hold. */
function rangeOf({ scale, zeroPoint }: Quantisation): Clamp {
  return { low: scale * (0 - zeroPoint), high: scale * (255 - zeroPoint) };
}

function quantisationOf(tensor: TfliteTensor, source: string): Quantisation {
  if (tensor.quantisation === undefined) throw unexpectedType(tensor, 'a quantised tensor', source);
  return tensor.quantisation;
}

function unexpectedType(tensor: TfliteTensor, expected: string, source: string): RegraftError {
  return new RegraftError(
    'BACKBONE_INVALID',
    `Expected ${expected} but found ${tensor.type} in tensor ${tensor.name} of ${source}.`,
    { hint: 'Regraft reads TensorFlow Lite networks that are quantised to uint8 as a whole.' },
  );
}
