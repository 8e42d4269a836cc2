import { Builder } from 'flatbuffers';

/** A tensor of a network that a test makes up: an activation, or a constant when it has `data`. */
export interface TensorDraft {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number in TensorFlow Lite's schema. @default 3, uint8 */
  readonly type?: number;
  /** More than one: quantised by channel. None: not quantised. */
  readonly scales?: readonly number[];
  readonly zeroPoint?: number;
  /** The axis of several scales. @default 0 */
  readonly axis?: number;
  /** The shape with −1 for open lengths. */
  readonly signature?: readonly number[];
  readonly data?: Uint8Array | Int8Array | Int32Array | Float32Array | undefined;
}

/** An operator with its options as `[field, kind, value]`. */
export interface OperatorDraft {
  /** Number in TensorFlow Lite's schema. */
  readonly code: number;
  /** Names of tensors, or their numbers where names are not unique. */
  readonly inputs: readonly (string | number)[];
  readonly outputs: readonly (string | number)[];
  readonly options?: readonly (
    | readonly [field: number, kind: 'byte' | 'int', value: number]
    | readonly [field: number, kind: 'ints', value: readonly number[]]
  )[];
}

/** A network that a test makes up. */
export interface NetworkDraft {
  readonly tensors: readonly TensorDraft[];
  readonly operators: readonly OperatorDraft[];
  readonly inputs: readonly (string | number)[];
  readonly outputs: readonly (string | number)[];
  /** Metadata blocks by their names. */
  readonly metadata?: Readonly<Record<string, Uint8Array>>;
}

/** Writes a network as a TensorFlow Lite file. */
export function buildTflite({
  tensors,
  operators,
  inputs,
  outputs,
  metadata = {},
}: NetworkDraft): Uint8Array {
  const builder = new Builder(1024);
  const indices = (names: readonly (string | number)[]): number =>
    int32Vector(
      builder,
      names.map((name) =>
        typeof name === 'number' ? name : tensors.findIndex((tensor) => tensor.name === name),
      ),
    );

  const blocks = Object.entries(metadata);
  const buffers = [...tensors.map(({ data }) => data), ...blocks.map(([, block]) => block)].map((data) =>
    writeBuffer(builder, data),
  );
  const blockTables = blocks.map(([name], index) => {
    const text = builder.createString(name);
    builder.startObject(2);
    builder.addFieldOffset(0, text, 0);
    builder.addFieldInt32(1, tensors.length + index, 0);
    return builder.endObject();
  });
  const tensorTables = tensors.map((tensor, index) => writeTensor(builder, tensor, index));
  const codes = operators.map(({ code }) => writeCode(builder, code));
  const operatorTables = operators.map((operator, index) => {
    const [ins, outs] = [indices(operator.inputs), indices(operator.outputs)];
    const options = operator.options && writeOptions(builder, operator.options);
    builder.startObject(5);
    builder.addFieldInt32(0, index, 0);
    builder.addFieldOffset(1, ins, 0);
    builder.addFieldOffset(2, outs, 0);
    if (options !== undefined) builder.addFieldOffset(4, options, 0);
    return builder.endObject();
  });
  const fields = [
    offsetVector(builder, tensorTables),
    indices(inputs),
    indices(outputs),
    offsetVector(builder, operatorTables),
  ];
  builder.startObject(5);
  for (const [field, offset] of fields.entries()) builder.addFieldOffset(field, offset, 0);
  const graphs = offsetVector(builder, [builder.endObject()]);
  const [codeTables, bufferTables] = [offsetVector(builder, codes), offsetVector(builder, buffers)];
  const metadataTables = offsetVector(builder, blockTables);
  builder.startObject(7);
  builder.addFieldInt32(0, 3, 0);
  builder.addFieldOffset(1, codeTables, 0);
  builder.addFieldOffset(2, graphs, 0);
  builder.addFieldOffset(4, bufferTables, 0);
  builder.addFieldOffset(6, metadataTables, 0);
  builder.finish(builder.endObject(), 'TFL3');
  return builder.asUint8Array();
}

function writeBuffer(builder: Builder, data: TensorDraft['data']): number {
  const bytes = data && new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const vector = bytes && builder.createByteVector(bytes);
  builder.startObject(1);
  if (vector !== undefined) builder.addFieldOffset(0, vector, 0);
  return builder.endObject();
}

function writeTensor(builder: Builder, tensor: TensorDraft, buffer: number): number {
  const [name, shape] = [builder.createString(tensor.name), int32Vector(builder, tensor.shape)];
  const quantisation = writeQuantisation(builder, tensor);
  const signature = tensor.signature && int32Vector(builder, tensor.signature);
  builder.startObject(8);
  builder.addFieldOffset(0, shape, 0);
  builder.addFieldInt8(1, tensor.type ?? 3, 0);
  builder.addFieldInt32(2, buffer, 0);
  builder.addFieldOffset(3, name, 0);
  if (quantisation !== undefined) builder.addFieldOffset(4, quantisation, 0);
  if (signature !== undefined) builder.addFieldOffset(7, signature, 0);
  return builder.endObject();
}

function writeQuantisation(
  builder: Builder,
  { scales, zeroPoint = 0, axis = 0 }: TensorDraft,
): number | undefined {
  if (scales === undefined) return undefined;
  builder.startVector(4, scales.length, 4);
  for (const scale of scales.toReversed()) builder.addFloat32(scale);
  const scaleVector = builder.endVector();
  builder.startVector(8, scales.length, 8);
  for (let index = 0; index < scales.length; index++) builder.addInt64(BigInt(zeroPoint));
  const zeroPointVector = builder.endVector();
  builder.startObject(7);
  builder.addFieldOffset(2, scaleVector, 0);
  builder.addFieldOffset(3, zeroPointVector, 0);
  builder.addFieldInt32(6, axis, 0);
  return builder.endObject();
}

function writeCode(builder: Builder, code: number): number {
  const custom = code === 32 ? builder.createString('TFLite_Detection_PostProcess') : undefined;
  builder.startObject(4);
  builder.addFieldInt8(0, Math.min(code, 127), 0);
  if (custom !== undefined) builder.addFieldOffset(1, custom, 0);
  builder.addFieldInt32(3, code, 0);
  return builder.endObject();
}

function writeOptions(builder: Builder, options: NonNullable<OperatorDraft['options']>): number {
  const vectors = options.map(([, kind, value]) => (kind === 'ints' ? int32Vector(builder, value) : 0));
  builder.startObject(8);
  for (const [index, [field, kind, value]] of options.entries()) {
    if (kind === 'ints') builder.addFieldOffset(field, vectors[index] ?? 0, 0);
    else if (kind === 'byte') builder.addFieldInt8(field, value, 0);
    else builder.addFieldInt32(field, value, 0);
  }
  return builder.endObject();
}

function int32Vector(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return builder.endVector();
}

function offsetVector(builder: Builder, offsets: readonly number[]): number {
  builder.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}
