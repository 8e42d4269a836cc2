import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import { RegraftError } from '../errors.ts';
import { elementTypeName, elementTypeOf } from './element-types.ts';
import type { Attribute, Graph, GraphNode, Model, ValueInfo } from './graph.ts';
import { inlineFunctions } from './inline-functions.ts';
import { locateDamage } from './locate-damage.ts';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
} from './proto/onnx_pb.ts';
import type { ReadExternal } from './read-external-data.ts';
import { readTensor } from './read-tensor.ts';

/** How an ONNX file is read. */
export interface DecodeOptions {
  /** The code of the errors. @default 'MODEL_INVALID' */
  readonly code?: 'MODEL_INVALID' | 'BACKBONE_INVALID';
  /** Reads the files beside it that hold values of tensors. @default such tensors are refused */
  readonly external?: ReadExternal | undefined;
}

/** Makes an error of the file that is read, from its reason. */
type Invalid = (reason: string, cause?: unknown) => RegraftError;

interface Context {
  readonly invalid: Invalid;
  readonly external?: ReadExternal | undefined;
}

/**
 * Decodes the bytes of an ONNX file; large tensors stay views into `bytes`. Calls of the file's own functions are replaced by their nodes.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `MODEL_INVALID`, or the code of the options, when the bytes are not an ONNX model that Regraft can hold.
 */
export function decodeModel(bytes: Uint8Array, source: string, options: DecodeOptions = {}): Model {
  const { code = 'MODEL_INVALID', external } = options;
  const invalid: Invalid = (reason, cause) =>
    new RegraftError(code, `Expected an ONNX model in ${source}, but ${reason}.`, {
      hint: 'The file may be damaged or of another kind: copy it again, or make it anew.',
      cause,
    });
  const proto = decodeProto(bytes, invalid);
  const opset = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (proto.graph === undefined) throw invalid('its field graph is missing');
  if (opset === undefined) throw invalid("its field opset_import names no version of ONNX's own operators");
  inlineFunctions(proto, invalid);
  return {
    graph: readGraph(proto.graph, { invalid, external }),
    opset: Number(opset),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function decodeProto(bytes: Uint8Array, invalid: Invalid): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    const place = locateDamage(ModelProtoSchema, bytes);
    const where = place && `byte ${place.byte}${place.field === '' ? '' : ` (field ${place.field})`}`;
    throw invalid(`${where ?? `a field in its ${bytes.length} bytes`} cannot be decoded`, cause);
  }
}

function readGraph(proto: GraphProto, context: Context): Graph {
  if (proto.sparseInitializer.length > 0) {
    throw context.invalid(`its field sparse_initializer of graph ${proto.name} holds sparse tensors`);
  }
  return {
    name: proto.name,
    nodes: proto.node.map((node) => readNode(node, context)),
    initializers: new Map(
      proto.initializer.map((tensor) => [
        tensor.name,
        readTensor(tensor, tensor.name, context.invalid, context.external),
      ]),
    ),
    inputs: proto.input.map((value) => readValueInfo(value, context)),
    outputs: proto.output.map((value) => readValueInfo(value, context)),
  };
}

function readNode(proto: NodeProto, context: Context): GraphNode {
  return {
    op: proto.opType,
    ...(proto.domain === '' ? {} : { domain: proto.domain }),
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.map((attribute) => [attribute.name, readAttribute(attribute, proto.name, context)]),
    ),
  };
}

function readAttribute(proto: AttributeProto, node: string, context: Context): Attribute {
  const text = new TextDecoder();
  switch (proto.type) {
    case 1:
      return { float: proto.f };
    case 2:
      return { int: Number(proto.i) };
    case 3:
      return { string: text.decode(proto.s) };
    case 4:
      if (proto.t !== undefined) {
        return {
          tensor: readTensor(proto.t, `of attribute ${proto.name}`, context.invalid, context.external),
        };
      }
      break;
    case 5:
      if (proto.g !== undefined) return { graph: readGraph(proto.g, context) };
      break;
    case 6:
      return { floats: proto.floats };
    case 7:
      return { ints: proto.ints.map(Number) };
    case 8:
      return { strings: proto.strings.map((bytes) => text.decode(bytes)) };
  }
  throw context.invalid(
    `attribute ${proto.name} of node ${node} is of a kind (${proto.type}) that Regraft does not know`,
  );
}

function readValueInfo(proto: ValueInfoProto, context: Context): ValueInfo {
  const tensor = proto.type?.tensorType;
  const type = elementTypeOf(tensor?.elemType ?? 0);
  if (type === undefined) {
    const found = tensor === undefined ? 'no tensor type' : elementTypeName(tensor.elemType);
    throw context.invalid(`field ${proto.name} has ${found}, which Regraft does not handle`);
  }
  return {
    name: proto.name,
    type,
    dims: (tensor?.shape?.dim ?? []).map((dim) =>
      isFieldSet(dim, TensorShapeProto_DimensionSchema.field.dimValue) ? Number(dim.dimValue) : dim.dimParam,
    ),
  };
}
