import { intAttribute, intsAttribute } from './attributes.ts';
import { elementCount, elementBytes } from './build.ts';
import { viewBytes } from './element-types.ts';
import type { ElementType, GraphNode, Tensor, TensorData } from './graph.ts';
import { broadcastPlaces, pickedPlaces, transposedPlaces } from './index-maps.ts';
import { wrapAxis } from './shapes/facts.ts';

/**
 * Computes a node whose inputs are constants, for the operators that exporters leave between weights and the layers that read them.
 *
 * @param dims - The result's shape, as inferred.
 * @returns undefined for an operator or element type that is left to the runtime.
 */
export function evaluateConstant(
  node: GraphNode,
  inputs: readonly Tensor[],
  dims: readonly number[],
): Tensor | undefined {
  return evaluators[node.op]?.(node, inputs, dims);
}

type Evaluator = (node: GraphNode, inputs: readonly Tensor[], dims: readonly number[]) => Tensor | undefined;

const evaluators: Readonly<Record<string, Evaluator>> = {
  Identity: reshape,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Gather: gather,
  Expand: (_, [x], dims) => x && take(x, dims, broadcastPlaces(dims, x.dims)),
  Concat: concat,
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
};

function reshape(_: GraphNode, [x]: readonly Tensor[], dims: readonly number[]): Tensor | undefined {
  return x && { ...x, dims };
}

function transpose(node: GraphNode, [x]: readonly Tensor[], dims: readonly number[]): Tensor | undefined {
  if (x === undefined) return undefined;
  const perm = intsAttribute(node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  return take(x, dims, transposedPlaces(x.dims, perm));
}

function gather(
  node: GraphNode,
  [x, indices]: readonly Tensor[],
  dims: readonly number[],
): Tensor | undefined {
  if (x === undefined || indices === undefined) return undefined;
  const axis = wrapAxis(intAttribute(node, 'axis', 0), x.dims.length);
  const size = x.dims[axis] ?? 0;
  const positions = Array.from(indices.data as ArrayLike<number | bigint>, (index) =>
    wrapAxis(Number(index), size),
  );
  if (positions.some((position) => position < 0 || position >= size)) return undefined;
  return take(x, dims, pickedPlaces(x.dims, axis, positions));
}

function concat(node: GraphNode, inputs: readonly Tensor[], dims: readonly number[]): Tensor | undefined {
  const [first] = inputs;
  if (first === undefined || inputs.some(({ type }) => type !== first.type)) return undefined;
  const axis = wrapAxis(intAttribute(node, 'axis', 0), dims.length);
  const outer = elementCount(dims.slice(0, axis));
  const result = emptyTensor(first.type, dims);
  let written = 0;
  for (let block = 0; block < outer; block++) {
    for (const { data } of inputs) {
      const length = data.length / outer;
      result.data.set(data.subarray(block * length, (block + 1) * length) as never, written);
      written += length;
    }
  }
  return result;
}

function unary(compute: (x: number) => number): Evaluator {
  return (_, [x], dims) => {
    if (!(x?.data instanceof Float32Array)) return undefined;
    const data = new Float32Array(x.data.length);
    for (let at = 0; at < data.length; at++) data[at] = compute(x.data[at] ?? 0);
    return { type: 'float32', dims, data };
  };
}

function binary(compute: (a: number, b: number) => number): Evaluator {
  return (_, [a, b], dims) => {
    if (!(a?.data instanceof Float32Array) || !(b?.data instanceof Float32Array)) return undefined;
    const [left, right] = [broadcastPlaces(dims, a.dims), broadcastPlaces(dims, b.dims)];
    const data = new Float32Array(left.length);
    for (let at = 0; at < data.length; at++) {
      data[at] = compute(a.data[left[at] ?? 0] ?? 0, b.data[right[at] ?? 0] ?? 0);
    }
    return { type: 'float32', dims, data };
  };
}

function take(x: Tensor, dims: readonly number[], places: Uint32Array): Tensor {
  const result = emptyTensor(x.type, dims);
  const [from, to] = [x.data as Indexed, result.data as Indexed];
  for (let at = 0; at < places.length; at++) to[at] = from[places[at] ?? 0] ?? 0;
  return result;
}

type Indexed = Record<number, number | bigint>;

function emptyTensor(type: ElementType, dims: readonly number[]): Tensor & { readonly data: TensorData } {
  return { type, dims, data: viewBytes(type, new Uint8Array(elementCount(dims) * elementBytes[type])) };
}
