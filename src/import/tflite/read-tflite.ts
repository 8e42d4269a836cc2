import { RegraftError } from '../../errors.ts';
import { elementCount } from '../../onnx/build.ts';
import { viewBytes } from '../../onnx/element-types.ts';
import type { ElementType, TensorData } from '../../onnx/graph.ts';
import { type FlatTable, openFlatBuffer } from './flat-table.ts';
import { operatorNames } from './operator-names.ts';

/** Affine quantisation, `real = scale · (stored − zeroPoint)`: of a whole tensor, or of each slice along an axis. */
export interface Quantisation {
  /** One for the whole tensor, or one a slice. */
  readonly scales: readonly number[];
  /** As many as there are scales. */
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** A tensor of a TensorFlow Lite graph. */
export interface TfliteTensor {
  /** Unique in the graph. */
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The shape with −1 for lengths that the file leaves open; empty when it leaves none open. */
  readonly signature: readonly number[];
  readonly quantisation: Quantisation | undefined;
  /** The values of a constant, undefined for activations. */
  readonly data: TensorData | undefined;
}

/** An operator of a TensorFlow Lite graph. */
export interface TfliteOperator {
  /** Name in TensorFlow Lite's schema, such as `CONV_2D`. */
  readonly kind: string;
  /** Undefined stands for an optional input that is left out. */
  readonly inputs: readonly (TfliteTensor | undefined)[];
  readonly outputs: readonly TfliteTensor[];
  /** The operator's options, undefined when the file has none. */
  readonly options: FlatTable | undefined;
}

/** The main graph of a TensorFlow Lite file. */
export interface TfliteGraph {
  readonly inputs: readonly TfliteTensor[];
  readonly outputs: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  /** The file's metadata blocks by their names. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
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
const customOperator = 32;
/** The lowest and highest level of quantised types. */
const levels: Partial<Record<ElementType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
};

/**
 * Reads the main graph of a TensorFlow Lite file (`.tflite`, `.lite`); constants stay views into `bytes`.
 *
 * @param source - The file's name, for errors.
 * @param reserved - Names that no tensor may have; like names that occur twice they get a suffix, as names are remarks in such files.
 * @throws RegraftError `BACKBONE_INVALID` when the bytes are not such a file.
 */
export function readTflite(bytes: Uint8Array, source: string, reserved: readonly string[] = []): TfliteGraph {
  const model = openFlatBuffer(bytes, 'TFL3', source);
  const kinds = model.tables(1).map(operatorKind);
  const buffers = model.tables(4).map((buffer) => bytesOf(buffer, bytes, source));
  const graph = at(model.tables(2), 0, 'subgraphs', source);
  const uniqueName = nameGiver(reserved);
  const tensors = graph.tables(0).map((tensor) => readTensor(tensor, uniqueName, buffers, source));
  const select = (indices: readonly number[], field: string): TfliteTensor[] =>
    indices.map((index) => at(tensors, index, field, source));
  return {
    inputs: select(graph.ints(1), 'inputs'),
    outputs: select(graph.ints(2), 'outputs'),
    operators: graph.tables(3).map((operator, number) => ({
      kind: at(kinds, operator.int(0, 0), `opcode_index of operator ${number}`, source),
      inputs: operator
        .ints(1)
        .map((index) =>
          index === -1 ? undefined : at(tensors, index, `inputs of operator ${number}`, source),
        ),
      outputs: select(operator.ints(2), `outputs of operator ${number}`),
      options: operator.table(4),
    })),
    metadata: new Map(
      model
        .tables(6)
        .map(
          (entry) => [entry.text(0), at(buffers, entry.int(1, 0), 'buffer of the metadata', source)] as const,
        ),
    ),
  };
}

// The number moved to a wider field when it outgrew a byte; the larger of the two counts.
function operatorKind(code: FlatTable): string {
  const number = Math.max(code.byte(0, 0), code.int(3, 0));
  if (number === customOperator) return `custom operator ${code.text(1)}`;
  return operatorNames[number] ?? `operator ${number}`;
}

/** A buffer's bytes: inside the table, or behind it in files above 2 GB. */
function bytesOf(buffer: FlatTable, bytes: Uint8Array, source: string): Uint8Array {
  const [offset, size] = [buffer.long(1, 0), buffer.long(2, 0)];
  if (offset <= 1) return buffer.bytes(0);
  if (offset + size <= bytes.length) return bytes.subarray(offset, offset + size);
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected a TensorFlow Lite network in ${source}, but byte ${offset + size} lies outside the file.`,
    { hint: 'The file may be damaged: fetch it again.' },
  );
}

function nameGiver(reserved: readonly string[]): (name: string) => string {
  const taken = new Set(reserved);
  const counts = new Map<string, number>();
  return (wanted) => {
    // An empty name stands for an absent tensor in ONNX.
    const name = wanted === '' ? 'tensor' : wanted;
    let [unique, count] = [name, counts.get(name) ?? 1];
    while (taken.has(unique)) unique = `${name}_${++count}`;
    counts.set(name, count);
    taken.add(unique);
    return unique;
  };
}

function readTensor(
  table: FlatTable,
  uniqueName: (name: string) => string,
  buffers: readonly Uint8Array[],
  source: string,
): TfliteTensor {
  const name = uniqueName(table.text(3));
  const number = table.byte(1, 0);
  const type = elementTypes[number];
  if (type === undefined) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${name} in ${source} has element type ${number}, which Regraft does not handle.`,
    );
  }
  if (table.table(6) !== undefined) {
    throw new RegraftError('OPERATOR_UNSUPPORTED', `Tensor ${name} in ${source} is stored as sparse.`, {
      hint: 'Convert the network again without sparsity, or bring it as ONNX.',
    });
  }
  const bytes = at(buffers, table.int(2, 0), `buffer of tensor ${name}`, source);
  const shape = table.ints(0);
  const data = bytes.length === 0 ? undefined : viewBytes(type, bytes);
  if (shape.some((dim) => dim < 0) || (data !== undefined && data.length !== elementCount(shape))) {
    throw new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${name} of shape [${shape.join(', ')}] in ${source} holds ${data?.length ?? 'no'} values.`,
    );
  }
  const quantisation = readQuantisation(table.table(4), { name, type, shape }, source);
  return { name, type, shape, signature: table.ints(7), quantisation, data };
}

function readQuantisation(
  table: FlatTable | undefined,
  { name, type, shape }: Pick<TfliteTensor, 'name' | 'type' | 'shape'>,
  source: string,
): Quantisation | undefined {
  const scales = table?.floats(2) ?? [];
  if (table === undefined || scales.length === 0) return undefined;
  const [stored, axis] = [table.longs(3), table.int(6, 0)];
  const zeroPoints = scales.map((_, index) => stored[index] ?? stored[0] ?? 0);
  const invalid = (found: string): RegraftError =>
    new RegraftError(
      'BACKBONE_INVALID',
      `Tensor ${name} of shape [${shape.join(', ')}] in ${source} has ${found}.`,
      {
        hint: 'The file may be damaged: fetch it again.',
      },
    );
  if (scales.length > 1 && scales.length !== shape[axis]) {
    throw invalid(`${scales.length} scales along axis ${axis}`);
  }
  const wrongScale = scales.find((scale) => !(scale > 0 && scale < Infinity));
  if (wrongScale !== undefined) throw invalid(`the scale ${wrongScale}`);
  const [lowest, highest] = levels[type] ?? [-Infinity, Infinity];
  const wrongZero = zeroPoints.find((zeroPoint) => zeroPoint < lowest || zeroPoint > highest);
  if (wrongZero !== undefined) throw invalid(`the zero point ${wrongZero}`);
  return { scales, zeroPoints, axis };
}

/** What a file's index stands for. */
function at<T>(items: readonly T[], index: number, field: string, source: string): T {
  const item = items[index];
  if (item !== undefined) return item;
  throw new RegraftError(
    'BACKBONE_INVALID',
    `Expected the field ${field} of ${source} to be a number below ${items.length} but found ${index}.`,
    { hint: 'The file may be damaged: fetch it again.' },
  );
}
