import { BinaryReader } from '@bufbuild/protobuf/wire';
import { elementBytes, elementCount } from './build.ts';
import { elementTypeName, elementTypeOf, viewBytes } from './element-types.ts';
import type { ElementType, Tensor, TensorData } from './graph.ts';
import type { TensorProto } from './proto/onnx_pb.ts';
import { externalBytes, type ReadExternal } from './read-external-data.ts';

/**
 * Decodes a tensor; large values stay views into the file, or into the file beside it that holds them.
 *
 * @param name - What the tensor is called in errors.
 * @param invalid - Makes the error that is thrown, from its reason.
 */
export function readTensor(
  proto: TensorProto,
  name: string,
  invalid: (reason: string) => Error,
  external?: ReadExternal,
): Tensor {
  const type = elementTypeOf(proto.dataType);
  if (type === undefined) {
    throw invalid(`tensor ${name} has ${elementTypeName(proto.dataType)}, which Regraft does not handle`);
  }
  const dims = proto.dims.map(Number);
  const count = elementCount(dims);
  const shape = `tensor ${name} of shape [${dims.join(', ')}]`;
  if (dims.some((dim) => dim < 0)) throw invalid(`${shape} has a negative size`);
  // An enum: 1 is EXTERNAL.
  const isExternal = proto.dataLocation === 1;
  const data = isExternal
    ? viewBytes(type, externalBytes(proto, name, count * elementBytes[type], invalid, external))
    : tensorData(proto, type, count);
  if (data.length !== count) throw invalid(`${shape} holds ${data.length} values`);
  return { type, dims, data };
}

function tensorData(proto: TensorProto, type: ElementType, count: number): TensorData {
  if (proto.rawData.byteLength > 0 && proto.rawData.byteLength % elementBytes[type] === 0) {
    return viewBytes(type, proto.rawData);
  }
  switch (type) {
    case 'float32':
      return viewBytes(type, proto.floatData);
    case 'float64':
      return viewBytes(type, proto.doubleData);
    case 'int64':
      return readNumbers(proto.int64Data, count, BigInt64Array, (reader) => BigInt(reader.int64()));
    case 'int32':
      return readNumbers(proto.int32Data, count, Int32Array, int32);
    case 'int8':
      return readNumbers(proto.int32Data, count, Int8Array, int32);
    case 'float16':
      return readNumbers(proto.int32Data, count, Uint16Array, int32);
    case 'uint8':
    case 'bool':
      return readNumbers(proto.int32Data, count, Uint8Array, int32);
  }
}

function int32(reader: BinaryReader): number {
  return reader.int32();
}

/** Decodes packed numbers of one byte or more each; no more than the bytes can hold, whatever `count` says. */
function readNumbers<A extends { length: number; [index: number]: N }, N extends number | bigint>(
  bytes: Uint8Array,
  count: number,
  constructor: new (length: number) => A,
  read: (reader: BinaryReader) => N,
): A {
  const found = countNumbers(bytes);
  const values = new constructor(found);
  if (found !== count) return values;
  const reader = new BinaryReader(bytes);
  for (let index = 0; index < found; index++) values[index] = read(reader);
  return values;
}

/** Each number ends with the one byte that has no continuation bit. */
function countNumbers(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  return count;
}
