import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { elementTypeNumbers } from './element-types.ts';
import type { Attribute, Graph, GraphNode, Model, Tensor, ValueInfo } from './graph.ts';
import {
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './proto/onnx_pb.ts';

const producer = 'regraft';

/** Encodes a model as the bytes of an ONNX file; equal models give equal bytes. */
export function encodeModel(model: Model): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: fileVersion(model.opset),
      producerName: producer,
      opsetImport: [{ domain: '', version: BigInt(model.opset) }],
      graph: graphProto(model.graph),
      metadataProps: Object.entries(model.metadata)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
    }),
  );
}

/** Encodes one pair of metadata; appended to an encoded model's bytes it becomes part of the model. */
export function encodeMetadataEntry(key: string, value: string): Uint8Array {
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { metadataProps: [{ key, value }] }));
}

/** The oldest version of the file format whose readers know an operator set, so that old readers take the file; 8 serves up to set 21. */
function fileVersion(opset: number): bigint {
  if (opset <= 11) return 6n;
  return opset <= 14 ? 7n : 8n;
}

function graphProto(graph: Graph): MessageInitShape<typeof GraphProtoSchema> {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    initializer: [...graph.initializers].map(([name, tensor]) => tensorProto(tensor, name)),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
  };
}

function nodeProto(node: GraphNode): MessageInitShape<typeof NodeProtoSchema> {
  return {
    opType: node.op,
    name: node.name,
    ...(node.domain ? { domain: node.domain } : {}),
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  const text = new TextEncoder();
  if ('float' in value) return { name, type: 1, f: value.float };
  if ('int' in value) return { name, type: 2, i: BigInt(value.int) };
  if ('string' in value) return { name, type: 3, s: text.encode(value.string) };
  if ('tensor' in value) return { name, type: 4, t: tensorProto(value.tensor, '') };
  if ('graph' in value) return { name, type: 5, g: graphProto(value.graph) };
  if ('floats' in value) return { name, type: 6, floats: [...value.floats] };
  if ('ints' in value) return { name, type: 7, ints: value.ints.map(BigInt) };
  return { name, type: 8, strings: value.strings.map((string) => text.encode(string)) };
}

function tensorProto(tensor: Tensor, name: string): MessageInitShape<typeof TensorProtoSchema> {
  const { data } = tensor;
  return {
    name,
    dims: tensor.dims.map(BigInt),
    dataType: elementTypeNumbers[tensor.type],
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}

function valueInfoProto(value: ValueInfo): MessageInitShape<typeof ValueInfoProtoSchema> {
  return {
    name: value.name,
    type: {
      tensorType: {
        elemType: elementTypeNumbers[value.type],
        shape: {
          dim: value.dims.map((dim) =>
            typeof dim === 'string' ? { dimParam: dim } : { dimValue: BigInt(dim) },
          ),
        },
      },
    },
  };
}
