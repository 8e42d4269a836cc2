import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import { RegraftError } from '../errors.ts';
import { elementBytes, elementCount } from './build.ts';
import { elementTypeOf, viewBytes } from './element-types.ts';
import type {
  Attribute,
  ElementType,
  Graph,
  GraphNode,
  Model,
  Tensor,
  TensorData,
  ValueInfo,
} from './graph.ts';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
} from './proto/onnx_pb.ts';

/**
 * Decodes the bytes of an ONNX file; large tensors stay views into `bytes`.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `MODEL_INVALID` when the bytes are not an ONNX model that Regraft can hold.
 */
export function decodeModel(bytes: Uint8Array, source: string): Model {
  const proto = decodeProto(bytes, source);
  const opset = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (proto.graph === undefined || opset === undefined) {
    throw invalid(source, 'it holds no graph or no operator set');
  }
  return {
    graph: readGraph(proto.graph, source),
    opset: Number(opset),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function decodeProto(bytes: Uint8Array, source: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw invalid(source, 'its bytes cannot be decoded', cause);
  }
}

function invalid(source: string, reason: string, cause?: unknown): RegraftError {
  return new RegraftError('MODEL_INVALID', `Expected an ONNX model in ${source}, but ${reason}.`, {
    hint: 'The file may be damaged or of another kind: copy it again, or make it anew.',
    cause,
  });
}

function readGraph(proto: GraphProto, source: string): Graph {
  return {
    name: proto.name,
    nodes: proto.node.map((node) => readNode(node, source)),
    initializers: new Map(proto.initializer.map((tensor) => [tensor.name, readTensor(tensor, source)])),
    inputs: proto.input.map((value) => readValueInfo(value, source)),
    outputs: proto.output.map((value) => readValueInfo(value, source)),
  };
}

function readNode(proto: NodeProto, source: string): GraphNode {
  return {
    op: proto.opType,
    ...(proto.domain === '' ? {} : { domain: proto.domain }),
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.map((attribute) => [attribute.name, readAttribute(attribute, source)]),
    ),
  };
}

function readAttribute(proto: AttributeProto, source: string): Attribute {
  const text = new TextDecoder();
  switch (proto.type) {
    case 1:
      return { float: proto.f };
    case 2:
      return { int: Number(proto.i) };
    case 3:
      return { string: text.decode(proto.s) };
    case 4:
      if (proto.t !== undefined) return { tensor: readTensor(proto.t, source) };
      break;
    case 5:
      if (proto.g !== undefined) return { graph: readGraph(proto.g, source) };
      break;
    case 6:
      return { floats: proto.floats };
    case 7:
      return { ints: proto.ints.map(Number) };
    case 8:
      return { strings: proto.strings.map((bytes) => text.decode(bytes)) };
  }
  throw invalid(source, `attribute ${proto.name} is of a kind (${proto.type}) that Regraft does not know`);
}

function readTensor(proto: TensorProto, source: string): Tensor {
  const type = elementType(proto.dataType, `tensor ${proto.name}`, source);
  const dims = proto.dims.map(Number);
  const data = tensorData(proto, type);
  if (dims.some((dim) => dim < 0) || data.length !== elementCount(dims)) {
    throw invalid(source, `tensor ${proto.name} of shape [${dims.join(', ')}] holds ${data.length} values`);
  }
  return { type, dims, data };
}

function tensorData(proto: TensorProto, type: ElementType): TensorData {
  if (proto.rawData.byteLength > 0 && proto.rawData.byteLength % elementBytes[type] === 0) {
    return viewBytes(type, proto.rawData);
  }
  switch (type) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data);
    case 'int32':
      return Int32Array.from(proto.int32Data);
    case 'int8':
      return Int8Array.from(proto.int32Data);
    case 'float16':
      return Uint16Array.from(proto.int32Data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(proto.int32Data);
  }
}

function readValueInfo(proto: ValueInfoProto, source: string): ValueInfo {
  const tensor = proto.type?.tensorType;
  return {
    name: proto.name,
    type: elementType(tensor?.elemType ?? 0, `value ${proto.name}`, source),
    dims: (tensor?.shape?.dim ?? []).map((dim) =>
      isFieldSet(dim, TensorShapeProto_DimensionSchema.field.dimValue) ? Number(dim.dimValue) : dim.dimParam,
    ),
  };
}

function elementType(number: number, of: string, source: string): ElementType {
  const type = elementTypeOf(number);
  if (type === undefined) {
    throw invalid(source, `${of} has element type ${number}, which Regraft does not handle`);
  }
  return type;
}
