import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { RegraftError } from '../errors.ts';

/** What an ONNX file says of itself, without its weights. */
export interface ModelHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly HeaderValue[];
  readonly outputs: readonly HeaderValue[];
  /** The names of the operators of its nodes, each once. */
  readonly operators: ReadonlySet<string>;
}

/** An input or output of the graph. */
export interface HeaderValue {
  readonly name: string;
  /** A number, or the name of a side of any length. */
  readonly dims: readonly (number | string)[];
}

/**
 * Reads the head of an ONNX file and steps over everything else, so that it needs neither the weights nor the description of the format:
 * for pages, where each kilobyte is loaded.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `MODEL_INVALID` when the bytes are not an ONNX model.
 */
export function readHeader(bytes: Uint8Array, source: string): ModelHeader {
  try {
    const header = readModel(bytes);
    if (header.outputs.length > 0) return header;
  } catch (cause) {
    throw invalid(source, cause);
  }
  throw invalid(source);
}

function invalid(source: string, cause?: unknown): RegraftError {
  return new RegraftError('MODEL_INVALID', `Expected an ONNX model in ${source}, but found something else.`, {
    hint: 'The file may be damaged or of another kind: copy it again, or make it anew.',
    cause,
  });
}

// The numbers of the fields: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
function readModel(bytes: Uint8Array): ModelHeader {
  const metadata: Record<string, string> = {};
  const inputs: HeaderValue[] = [];
  const outputs: HeaderValue[] = [];
  const operators = new Set<string>();
  for (const pair of messagesOf(bytes, 14)) metadata[textOf(pair, 1)] = textOf(pair, 2);
  for (const graph of messagesOf(bytes, 7)) {
    for (const node of messagesOf(graph, 1)) operators.add(textOf(node, 4));
    for (const value of messagesOf(graph, 11)) inputs.push(readValue(value));
    for (const value of messagesOf(graph, 12)) outputs.push(readValue(value));
  }
  return { metadata, inputs, outputs, operators };
}

function readValue(value: Uint8Array): HeaderValue {
  const [type] = messagesOf(value, 2);
  const [tensor] = type === undefined ? [] : messagesOf(type, 1);
  const [shape] = tensor === undefined ? [] : messagesOf(tensor, 2);
  return { name: textOf(value, 1), dims: shape === undefined ? [] : messagesOf(shape, 1).map(readDim) };
}

function readDim(dim: Uint8Array): number | string {
  const reader = new BinaryReader(dim);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1 && type === WireType.Varint) return Number(reader.int64());
    reader.skip(type, number);
  }
  return textOf(dim, 2);
}

/** The values of a field that holds messages or texts; views into the bytes. */
function messagesOf(bytes: Uint8Array, field: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(type, number);
  }
  return found;
}

function textOf(bytes: Uint8Array, field: number): string {
  return new TextDecoder().decode(messagesOf(bytes, field).at(-1));
}
