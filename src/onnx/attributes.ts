import type { GraphNode } from './graph.ts';

/** An integer attribute of a node, or what stands for it when it is absent. */
export function intAttribute(node: GraphNode, name: string, absent: number): number {
  return optionalInt(node, name) ?? absent;
}

/** An integer attribute of a node, undefined when it is absent. */
export function optionalInt(node: GraphNode, name: string): number | undefined {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'int' in attribute ? attribute.int : undefined;
}

/** A float attribute of a node, or what stands for it when it is absent. */
export function floatAttribute(node: GraphNode, name: string, absent: number): number {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'float' in attribute ? attribute.float : absent;
}

/** A list of integers of a node, undefined when it is absent. */
export function intsAttribute(node: GraphNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'ints' in attribute ? attribute.ints : undefined;
}

/** A text attribute of a node, or what stands for it when it is absent. */
export function stringAttribute(node: GraphNode, name: string, absent: string): string {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'string' in attribute ? attribute.string : absent;
}

/** True for ONNX's own operator of that name, not one of the same name in another domain. */
export function isOperator<const Op extends string>(
  node: GraphNode | undefined,
  ...ops: readonly Op[]
): node is GraphNode & { readonly op: Op } {
  return node !== undefined && isStandard(node) && (ops as readonly string[]).includes(node.op);
}

/** True for the operators of ONNX's own domain. */
export function isStandard({ domain = '' }: GraphNode): boolean {
  return domain === '' || domain === 'ai.onnx';
}
