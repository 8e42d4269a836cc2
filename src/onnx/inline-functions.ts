import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from './proto/onnx_pb.ts';

/** Bounds that no real file comes near, as functions that call functions can grow without end. */
const deepest = 32;
const mostNodes = 200_000;

/**
 * Replaces each call of a function that the model defines by the function's nodes, in place.
 * Rules: https://github.com/onnx/onnx/blob/main/docs/IR.md#functions
 *
 * @param invalid - Makes the error that is thrown, from its reason.
 */
export function inlineFunctions(model: ModelProto, invalid: (reason: string) => Error): void {
  if (model.graph === undefined || model.functions.length === 0) return;
  const functions = new Map(
    model.functions.map((proto) => [keyOf(proto.domain, proto.name, proto.overload), proto]),
  );
  const versions = new Map(model.opsetImport.map(({ domain, version }) => [standard(domain), version]));
  let count = 0;

  const expand = (nodes: readonly NodeProto[], depth: number): NodeProto[] =>
    nodes.flatMap((node) => {
      if (++count > mostNodes) throw invalid(`its functions expand to more than ${mostNodes} nodes`);
      const called = functions.get(keyOf(node.domain, node.opType, node.overload));
      if (called !== undefined) {
        const title = `function ${called.name} (node ${node.name || node.output.join()})`;
        if (depth === deepest) throw invalid(`${title} is called deeper than ${deepest} levels`);
        for (const { domain, version } of called.opsetImport) {
          if (versions.has(standard(domain)) && versions.get(standard(domain)) !== version) {
            throw invalid(`${title} is of another operator set than the graph`);
          }
        }
        return expand(instantiate(called, node, invalid), depth + 1);
      }
      for (const { g } of node.attribute) if (g !== undefined) g.node = expand(g.node, depth);
      return [node];
    });

  model.graph.node = expand(model.graph.node, 0);
}

/** The nodes of a function with the names and attributes of one call of it. */
function instantiate(
  called: FunctionProto,
  call: NodeProto,
  invalid: (reason: string) => Error,
): NodeProto[] {
  const prefix = `${call.output.find((name) => name !== '') ?? call.name}/`;
  const names = new Map([['', '']]);
  called.input.forEach((name, index) => names.set(name, call.input[index] ?? ''));
  called.output.forEach((name, index) => names.set(name, call.output[index] || prefix + name));
  const rename = (name: string): string => names.get(name) ?? prefix + name;
  const given = new Map([...called.attributeProto, ...call.attribute].map((value) => [value.name, value]));

  return called.node.map((node) => {
    if (node.attribute.some(({ g }) => g !== undefined)) {
      throw invalid(`function ${called.name} holds a graph in its node ${node.name}`);
    }
    return create(NodeProtoSchema, {
      opType: node.opType,
      domain: node.domain,
      overload: node.overload,
      name: node.name === '' ? '' : prefix + node.name,
      input: node.input.map(rename),
      output: node.output.map(rename),
      attribute: node.attribute.flatMap((attribute) => fill(attribute, given)),
    });
  });
}

/** An attribute that refers to one of the call takes its value; where the call leaves it out, the node does too. */
function fill(attribute: AttributeProto, given: ReadonlyMap<string, AttributeProto>): AttributeProto[] {
  if (attribute.refAttrName === '') return [attribute];
  const value = given.get(attribute.refAttrName);
  if (value === undefined) return [];
  const { f, i, s, t, g, floats, ints, strings, type } = value;
  return [
    create(AttributeProtoSchema, {
      ...{ name: attribute.name, f, i, s, floats, ints, strings, type },
      ...(t === undefined ? {} : { t }),
      ...(g === undefined ? {} : { g }),
    }),
  ];
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([standard(domain), name, overload]);
}

function standard(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
