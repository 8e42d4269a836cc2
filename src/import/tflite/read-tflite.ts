import { RegraftError } from '../../errors.ts';
import { elementCount } from '../../onnx/build.ts';
import { viewBytes } from '../../onnx/element-types.ts';
import type { ElementType, TensorData } from '../../onnx/graph.ts';
import { type FlatTable, openFlatBuffer } from './flat-table.ts';

/** Affine quantisation of a whole tensor: `real = scale · (stored − zeroPoint)`. */
export interface Quantisation {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A tensor of a TensorFlow Lite graph. */
export interface TfliteTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly quantisation: Quantisation | undefined;
  /** The values of a constant, undefined for activations. */
  readonly data: TensorData | undefined;
}

/** An operator of a TensorFlow Lite graph. */
export interface TfliteOperator {
  /** Name in TensorFlow Lite's schema, such as `CONV_2D`. */
  readonly kind: string;
  readonly inputs: readonly TfliteTensor[];
  readonly outputs: readonly TfliteTensor[];
  /** The operator's options, undefined when the file has none. */
  readonly options: FlatTable | undefined;
}

/** The main graph of a TensorFlow Lite file. */
export interface TfliteGraph {
  readonly inputs: readonly TfliteTensor[];
  readonly outputs: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
}

// Numbers from tensorflow/compiler/mlir/lite/schema/schema.fbs.
const elementTypes: Readonly<Record<number, ElementType>> = {
  0: 'float32',
  1: 'float16',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  6: 'bool',
  9: 'int8',
};
const operatorNames: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  9: 'FULLY_CONNECTED',
  17: 'MAX_POOL_2D',
  18: 'MUL',
  22: 'RESHAPE',
  25: 'SOFTMAX',
  40: 'MEAN',
};

/**
 * Reads a TensorFlow Lite file (`.tflite`, `.lite`); constants stay views into `bytes`.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when the bytes are not such a file.
 */
export function readTflite(bytes: Uint8Array, source: string): TfliteGraph {
  const model = openFlatBuffer(bytes, 'TFL3', source);
  const kinds = model.tables(1).map(operatorKind);
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  const graph = at(model.tables(2), 0, 'graph', source);
  const tensors = graph.tables(0).map((tensor) => readTensor(tensor, buffers, source));
  refuseEqualNames(tensors, source);
  const select = (indices: readonly number[]): TfliteTensor[] =>
    // −1 stands for an optional input that is left out.
    indices.filter((index) => index !== -1).map((index) => at(tensors, index, 'tensor', source));
  return {
    inputs: select(graph.ints(1)),
    outputs: select(graph.ints(2)),
    operators: graph.tables(3).map((operator) => ({
      kind: at(kinds, operator.int(0, 0), 'operator code', source),
      inputs: select(operator.ints(1)),
      outputs: select(operator.ints(2)),
      options: operator.table(4),
    })),
  };
}

// The number moved to a wider field when it outgrew a byte; the larger of the two counts.
function operatorKind(code: FlatTable): string {
  const number = Math.max(code.byte(0, 0), code.int(3, 0));
  return operatorNames[number] ?? (number === 32 ? `custom operator ${code.text(1)}` : `operator ${number}`);
}

function readTensor(table: FlatTable, buffers: readonly Uint8Array[], source: string): TfliteTensor {
  const name = table.text(3);
  const number = table.byte(1, 0);
  const type = elementTypes[number];
  if (type === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${name} in ${source} has element type ${number}, which Regraft does not handle.`,
    );
  }
  const bytes = at(buffers, table.int(2, 0), 'buffer', source);
  const shape = table.ints(0);
  const data = bytes.length === 0 ? undefined : viewBytes(type, bytes);
  if (shape.some((dim) => dim < 0) || (data !== undefined && data.length !== elementCount(shape))) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${name} of shape [${shape.join(', ')}] in ${source} holds ${data?.length ?? 'no'} values.`,
    );
  }
  return { name, type, shape, quantisation: readQuantisation(table.table(4), name, source), data };
}

// Names tell the tensors of an ONNX graph apart; in TensorFlow Lite they are remarks.
function refuseEqualNames(tensors: readonly TfliteTensor[], source: string): void {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) {
      throw new RegraftError('BACKBONE_INVALID', `Two tensors of ${source} are called "${name}".`);
    }
    names.add(name);
  }
}

function readQuantisation(
  table: FlatTable | undefined,
  tensor: string,
  source: string,
): Quantisation | undefined {
  const scales = table?.floats(2) ?? [];
  const [scale] = scales;
  if (scale === undefined) return undefined;
  if (scales.length > 1) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${tensor} in ${source} is quantised by channel; Regraft reads networks with one scale a tensor.`,
    );
  }
  return { scale, zeroPoint: table?.longs(3)[0] ?? 0 };
}

function at<T>(items: readonly T[], index: number, what: string, source: string): T {
  const item = items[index];
  if (item === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `${source} names ${what} ${index}, but holds only ${items.length}.`,
    );
  }
  return item;
}
