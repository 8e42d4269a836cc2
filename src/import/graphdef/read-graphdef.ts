import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { invalidGraph } from './invalid-graph.ts';
import { type AttrValue, type NodeDef, NodeDefSchema } from './proto/graphdef_pb.ts';
import { normaliseTensorName } from './tensor-name.ts';

/** An operator of a TensorFlow graph. */
export interface GraphDefNode {
  readonly name: string;
  readonly op: string;
  /** The tensors that it reads, as {@link normaliseTensorName} writes them; without control inputs (`^name`), which carry no numbers. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttrValue['value']>>;
}

/**
 * Decodes a frozen graph into its nodes by name, in the file's order; contents of tensors stay views into `bytes`.
 * Nodes are decoded one by one, so that an error can tell where the broken one stands.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `BACKBONE_INVALID` naming the byte and the node.
 */
export function readGraphDef(bytes: Uint8Array, source: string): ReadonlyMap<string, GraphDefNode> {
  const nodes = new Map<string, GraphDefNode>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const body = readField(reader, start, source);
    if (body === undefined) continue;
    const proto = decodeNode(body, nodes.size, start, source);
    if (proto.name === '' || nodes.has(proto.name)) {
      const found = proto.name === '' ? 'has no name' : `has the name of another, ${proto.name}`;
      throw invalidGraph(source, `node ${nodes.size} at byte ${start} ${found}`);
    }
    nodes.set(proto.name, {
      name: proto.name,
      op: proto.op,
      inputs: proto.input.filter((name) => !name.startsWith('^')).map(normaliseTensorName),
      attributes: Object.fromEntries(Object.entries(proto.attr).map(([key, { value }]) => [key, value])),
    });
  }
  if (nodes.size === 0) throw invalidGraph(source, `its ${bytes.length} bytes hold no node`);
  return nodes;
}

/** GraphDef.node; the other fields (versions, a library of functions) say nothing that is needed. */
const nodeField = 1;

function readField(reader: BinaryReader, start: number, source: string): Uint8Array | undefined {
  try {
    const [field, wireType] = reader.tag();
    if (field === nodeField && wireType === WireType.LengthDelimited) return reader.bytes();
    reader.skip(wireType, field);
    return undefined;
  } catch (cause) {
    throw invalidGraph(
      source,
      `the field at byte ${start} cannot be decoded or ends outside the file`,
      cause,
    );
  }
}

function decodeNode(body: Uint8Array, index: number, start: number, source: string): NodeDef {
  try {
    return fromBinary(NodeDefSchema, body, { readUnknownFields: false });
  } catch (cause) {
    throw invalidGraph(source, `node ${index} at byte ${start} cannot be decoded`, cause);
  }
}
