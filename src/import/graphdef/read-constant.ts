import { elementCount } from '../../onnx/build.ts';
import { viewBytes } from '../../onnx/element-types.ts';
import type { Constant, ConstantType } from './constant.ts';
import { invalidGraph } from './invalid-graph.ts';
import type { TensorProto } from './proto/graphdef_pb.ts';

/**
 * Reads the tensor of a Const node. Float32 contents stay views into the file's bytes. A list of fewer values than the shape has
 * places goes on with its last one, an empty list with zeros (tensor.proto).
 *
 * @param spend - Is told how many numbers are made that do not stand in the file; throws when they are too many.
 * @throws RegraftError `BACKBONE_INVALID` naming the node.
 */
export function readConstant(
  proto: TensorProto,
  { node, source, spend }: { node: string; source: string; spend: (count: number) => void },
): Constant {
  const type = types[proto.dtype];
  if (type === undefined) {
    throw invalidGraph(
      source,
      `node ${node} holds a tensor of type ${proto.dtype}, which Regraft does not read`,
    );
  }
  const dims = (proto.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const count = elementCount(dims);
  const fault = (found: string): Error =>
    invalidGraph(source, `node ${node} of shape [${dims.join(', ')}] ${found}`);
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(count)) throw fault('is no tensor');
  if (type === 'string') return { kind: 'constant', type, dims, values: [] };
  const { length } = proto.tensorContent;
  const given = length > 0 ? contentOf(proto) : valuesOf(proto, type);
  if (given.length > count || (length > 0 && given.length < count)) {
    throw fault(`holds ${given.length} values`);
  }
  const isWhole = type === 'int' || type === 'bool';
  if (given.length === count && !isWhole) {
    return { kind: 'constant', type, dims, values: asTyped(type, given) };
  }
  spend(count);
  const last = given[given.length - 1] ?? 0;
  const filled = Array.from({ length: count }, (_, index) => Number(given[index] ?? last));
  return { kind: 'constant', type, dims, values: isWhole ? filled : asTyped(type, filled) };
}

/** TensorFlow's numbers of element types (types.proto). */
const types: Readonly<Record<number, ConstantType>> = {
  1: 'float32',
  2: 'float32',
  3: 'int',
  4: 'uint8',
  6: 'int8',
  7: 'string',
  9: 'int',
  10: 'bool',
  11: 'int8',
  12: 'uint8',
  13: 'int',
  14: 'float32',
  19: 'float32',
};

type Given = ArrayLike<number | bigint>;

/** Little-endian contents. */
function contentOf({ dtype, tensorContent: bytes }: TensorProto): Given {
  switch (dtype) {
    case 2:
      return viewBytes('float64', bytes);
    case 3:
    case 13:
      return viewBytes('int32', bytes);
    case 4:
    case 12:
      return viewBytes('uint8', bytes);
    case 6:
    case 11:
      return viewBytes('int8', bytes);
    case 9:
      return viewBytes('int64', bytes);
    case 10:
      return viewBytes('bool', bytes);
    case 14:
    case 19:
      return widen(dtype, viewBytes('float16', bytes) as Uint16Array);
    default:
      return viewBytes('float32', bytes);
  }
}

function valuesOf(proto: TensorProto, type: ConstantType): Given {
  if (proto.dtype === 14 || proto.dtype === 19) return widen(proto.dtype, Uint16Array.from(proto.halfVal));
  if (proto.dtype === 2) return proto.doubleVal;
  if (proto.dtype === 9) return proto.int64Val;
  if (type === 'float32') return proto.floatVal;
  return type === 'bool' ? proto.boolVal.map(Number) : proto.intVal;
}

function asTyped(type: ConstantType, values: Given): Float32Array | Uint8Array | Int8Array {
  const array = type === 'uint8' ? Uint8Array : type === 'int8' ? Int8Array : Float32Array;
  return values instanceof array ? values : array.from(values as ArrayLike<number>);
}

/** Numbers from the bits of halves (IEEE 754 binary16) or, type 14, of bfloat16, the upper half of a float32. */
function widen(dtype: number, bits: Uint16Array): Float32Array {
  if (dtype === 14) return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
  return Float32Array.from(bits, (half) => {
    const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}
