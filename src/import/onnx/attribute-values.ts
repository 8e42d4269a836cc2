import type { GraphNode, Tensor } from '../../onnx/graph.ts';

/** A whole number that a node may carry as an attribute. */
export function intOf(node: GraphNode, name: string): number | undefined {
  const value = node.attributes[name];
  return value !== undefined && 'int' in value ? value.int : undefined;
}

/** A fraction that a node may carry as an attribute. */
export function floatOf(node: GraphNode, name: string): number | undefined {
  const value = node.attributes[name];
  return value !== undefined && 'float' in value ? value.float : undefined;
}

/** A word that a node may carry as an attribute. */
export function stringOf(node: GraphNode, name: string): string | undefined {
  const value = node.attributes[name];
  return value !== undefined && 'string' in value ? value.string : undefined;
}

/** Whole numbers that a node may carry as an attribute. */
export function intsOf(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value !== undefined && 'ints' in value ? value.ints : undefined;
}

/** Fractions that a node may carry as an attribute. */
export function floatsOf(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return value !== undefined && 'floats' in value ? value.floats : undefined;
}

/** The name of a node's input; undefined for one that is left out. */
export function inputOf(node: GraphNode, index: number): string | undefined {
  return node.inputs[index] || undefined;
}

/** The values of a tensor as numbers, those of int64 rounded to what a number holds. */
export function numbersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** A node without some of its attributes. */
export function without(node: GraphNode, ...names: readonly string[]): GraphNode {
  const attributes = Object.entries(node.attributes).filter(([name]) => !names.includes(name));
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** A node with other inputs; absent ones at the end are left out. */
export function withInputs(node: GraphNode, inputs: readonly (string | undefined)[]): GraphNode {
  const names = inputs.map((name) => name ?? '');
  return { ...node, inputs: names.slice(0, names.findLastIndex((name) => name !== '') + 1) };
}
