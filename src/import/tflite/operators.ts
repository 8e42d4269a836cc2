import { RegraftError } from '../../errors.ts';
import { int64s, node } from '../../onnx/build.ts';
import type { FlatTable } from './flat-table.ts';
import type { Clamp, GraphWriter } from './graph-writer.ts';
import type { TfliteOperator, TfliteTensor } from './read-tflite.ts';

/** Writes one TensorFlow Lite operator as ONNX. Activations are NHWC there and NCHW here. */
export type OperatorImporter = (operator: TfliteOperator, writer: GraphWriter) => void;

/** Every operator that can be imported, by its name in TensorFlow Lite's schema. */
export const operatorImporters: Readonly<Record<string, OperatorImporter>> = {
  CONV_2D: importConvolution,
  MAX_POOL_2D: (operator, writer) => importPool('MaxPool', operator, writer),
  // Both leave the padding out of the average.
  AVERAGE_POOL_2D: (operator, writer) => importPool('AveragePool', operator, writer),
  CONCATENATION: importConcatenation,
  RESHAPE: importReshape,
};

function importConvolution(operator: TfliteOperator, writer: GraphWriter): void {
  const [input, weights, bias] = operands(operator, 3, writer) as [TfliteTensor, TfliteTensor, TfliteTensor];
  const output = result(operator, writer);
  const options = optionsOf(operator, writer);
  const [filters, height, width, channels] = shape4(weights, writer);
  if (channels !== input.shape[3]) throw unsupported(operator, writer, 'groups of channels');
  const strides = [options.int(2, 1), options.int(1, 1)];
  const dilations = [options.int(5, 1), options.int(4, 1)];
  const weight = writer.weight(weights, [filters, channels, height, width], (values) =>
    channelsFirst(values, filters, height * width, channels),
  );
  writer.write(
    'Conv',
    [writer.read(input), weight, writer.bias(bias)],
    output,
    {
      kernel_shape: { ints: [height, width] },
      strides: { ints: strides },
      dilations: { ints: dilations },
      pads: {
        ints: paddings(options.byte(0, 0), [height, width], strides, dilations, input, output, writer),
      },
    },
    fusedActivation(options.byte(3, 0), output, writer),
  );
}

function importPool(op: 'MaxPool' | 'AveragePool', operator: TfliteOperator, writer: GraphWriter): void {
  const [input] = operands(operator, 1, writer) as [TfliteTensor];
  const output = result(operator, writer);
  const options = optionsOf(operator, writer);
  const kernel = [options.int(4, 1), options.int(3, 1)];
  const strides = [options.int(2, 1), options.int(1, 1)];
  writer.write(
    op,
    [writer.read(input)],
    output,
    {
      kernel_shape: { ints: kernel },
      strides: { ints: strides },
      pads: { ints: paddings(options.byte(0, 0), kernel, strides, [1, 1], input, output, writer) },
    },
    fusedActivation(options.byte(5, 0), output, writer),
  );
}

function importConcatenation(operator: TfliteOperator, writer: GraphWriter): void {
  const output = result(operator, writer);
  const options = optionsOf(operator, writer);
  const axis = options.int(0, 0);
  const onnxAxis = [0, 2, 3, 1].at(axis);
  if (output.shape.length !== 4 || onnxAxis === undefined) {
    throw unsupported(operator, writer, `an axis ${axis} of ${output.shape.length}`);
  }
  writer.write(
    'Concat',
    operator.inputs.map((tensor) => writer.read(tensor)),
    output,
    { axis: { int: onnxAxis } },
    fusedActivation(options.byte(1, 0), output, writer),
  );
}

function importReshape(operator: TfliteOperator, writer: GraphWriter): void {
  const [input] = operands(operator, 1, writer) as [TfliteTensor];
  const output = result(operator, writer);
  const [, height, width] = shape4(input, writer);
  if (output.shape[0] !== input.shape[0]) throw unsupported(operator, writer, 'a change of the batch size');
  let from = writer.read(input);
  // Only with one position do NCHW and NHWC hold their values in the same order.
  if (height * width > 1) {
    writer.nodes.push(node('Transpose', [from], [`${output.name}/nhwc`], { perm: { ints: [0, 2, 3, 1] } }));
    from = `${output.name}/nhwc`;
  }
  const shape = writer.constant(`${output.name}/shape`, int64s([0, ...output.shape.slice(1)]));
  writer.write('Reshape', [from, shape], output, {});
}

/** Lays weights `[filters, positions, channels]` out as `[filters, channels, positions]`. */
function channelsFirst(values: Uint8Array, filters: number, positions: number, channels: number): Uint8Array {
  const arranged = new Uint8Array(values.length);
  let read = 0;
  for (let filter = 0; filter < filters; filter++) {
    const base = filter * channels * positions;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        arranged[base + channel * positions + position] = values[read++] ?? 0;
      }
    }
  }
  return arranged;
}

/** ONNX's `[top, left, bottom, right]` for TensorFlow's SAME (0) and VALID (1) padding. */
function paddings(
  padding: number,
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  input: TfliteTensor,
  output: TfliteTensor,
  writer: GraphWriter,
): number[] {
  if (padding === 1) return [0, 0, 0, 0];
  const [inputs, outputs] = [shape4(input, writer), shape4(output, writer)];
  const totals = [0, 1].map((axis) => {
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max(
      0,
      ((outputs[axis + 1] ?? 1) - 1) * (strides[axis] ?? 1) + reach - (inputs[axis + 1] ?? 1),
    );
  });
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}

const activations: Readonly<Record<number, Clamp>> = {
  0: { low: -Infinity, high: Infinity },
  1: { low: 0, high: Infinity },
  2: { low: -1, high: 1 },
  3: { low: 0, high: 6 },
};

function fusedActivation(number: number, output: TfliteTensor, writer: GraphWriter): Clamp {
  const clamp = activations[number];
  if (clamp !== undefined) return clamp;
  throw new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `${output.name} in ${writer.source} has the fused activation ${number}, which Regraft does not import.`,
  );
}

function operands(operator: TfliteOperator, count: number, writer: GraphWriter): readonly TfliteTensor[] {
  if (operator.inputs.length >= count) return operator.inputs;
  throw unsupported(operator, writer, `${operator.inputs.length} inputs instead of ${count}`);
}

function result(operator: TfliteOperator, writer: GraphWriter): TfliteTensor {
  const [output] = operator.outputs;
  if (output === undefined) throw unsupported(operator, writer, 'no output');
  return output;
}

function optionsOf(operator: TfliteOperator, writer: GraphWriter): FlatTable {
  if (operator.options === undefined) throw unsupported(operator, writer, 'no options');
  return operator.options;
}

function shape4(tensor: TfliteTensor, writer: GraphWriter): readonly [number, number, number, number] {
  const [n, h, w, c] = tensor.shape;
  if (tensor.shape.length !== 4 || n === undefined || h === undefined || w === undefined || c === undefined) {
    throw new RegraftError(
      'OPERATOR_UNSUPPORTED',
      `Expected four dimensions but found [${tensor.shape.join(', ')}] in tensor ${tensor.name} of ${writer.source}.`,
    );
  }
  return [n, h, w, c];
}

function unsupported(operator: TfliteOperator, writer: GraphWriter, found: string): RegraftError {
  return new RegraftError(
    'OPERATOR_UNSUPPORTED',
    `${operator.kind} ${operator.outputs[0]?.name ?? ''} in ${writer.source} has ${found}, which Regraft does not import.`,
  );
}
