import type { Attribute, GraphNode } from '../../onnx/graph.ts';
import { node } from '../../onnx/build.ts';
import { type Draft, freshName, unsupportedOperator } from './draft.ts';

/** What a conversion may look at and add to. */
export interface ConversionContext {
  readonly draft: Draft;
  /** The number of dimensions of tensors of the file, where it is known. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Tensors that depend on the image; the others are the same for all. */
  readonly ofImage: ReadonlySet<string>;
}

/** Writes a node of one operator version as nodes of the version before or after it. */
export type Convert = (node: GraphNode, context: ConversionContext) => readonly GraphNode[];

/** How operators changed: by name, the operator sets that changed them, ascending, each with the conversion over that border. */
export type ConversionTable = Readonly<
  Record<string, readonly { readonly since: number; readonly convert: Convert }[]>
>;

/** Ends a conversion that has no result. */
export function refuse(from: GraphNode, { draft }: ConversionContext, reason: string): never {
  throw unsupportedOperator(draft.source, from, reason);
}

/** Makes nodes one after the other, each with one new tensor whose name is derived from that of a replaced node's output. */
export interface Chain {
  readonly nodes: readonly GraphNode[];
  /** Adds a node and gives the name of what it makes. */
  add(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Adds the node that makes the replaced node's own output, and gives all nodes. */
  end(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): readonly GraphNode[];
}

/** Starts the nodes that replace a node with one output. */
export function replacement(replaced: GraphNode, { draft }: ConversionContext): Chain {
  const nodes: GraphNode[] = [];
  const output = replaced.outputs[0] ?? '';
  return {
    nodes,
    add(op, inputs, attributes) {
      const name = freshName(draft, `${output}/${op}`);
      nodes.push(node(op, inputs, [name], attributes));
      return name;
    },
    end(op, inputs, attributes) {
      nodes.push({ ...node(op, inputs, replaced.outputs.slice(0, 1), attributes), name: replaced.name });
      return nodes;
    },
  };
}
