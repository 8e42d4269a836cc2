import type { Attribute, ElementType, GraphNode, Tensor } from './graph.ts';

/** Makes a node; its name defaults to that of its first output, which is unique in a graph. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): GraphNode {
  return { op, name: outputs[0] ?? op, inputs, outputs, attributes };
}

/** Makes a float32 tensor. */
export function floats(dims: readonly number[], values: Float32Array | readonly number[]): Tensor {
  return { type: 'float32', dims, data: values instanceof Float32Array ? values : Float32Array.from(values) };
}

/** Makes an int64 tensor, a vector unless `dims` says otherwise. */
export function int64s(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, (value) => BigInt(value)) };
}

/** Makes an int32 tensor, a vector unless `dims` says otherwise. */
export function int32s(
  values: Int32Array | readonly number[],
  dims: readonly number[] = [values.length],
): Tensor {
  return { type: 'int32', dims, data: values instanceof Int32Array ? values : Int32Array.from(values) };
}

/** Makes a uint8 tensor. */
export function uint8s(dims: readonly number[], values: Uint8Array | readonly number[]): Tensor {
  return { type: 'uint8', dims, data: values instanceof Uint8Array ? values : Uint8Array.from(values) };
}

/** Makes an int8 tensor. */
export function int8s(dims: readonly number[], values: Int8Array | readonly number[]): Tensor {
  return { type: 'int8', dims, data: values instanceof Int8Array ? values : Int8Array.from(values) };
}

/** Bytes of one element of each type. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  float64: 8,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** The number of elements of a shape. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
