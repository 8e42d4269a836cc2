import { int64s, node as makeNode } from '../../onnx/build.ts';
import type { GraphNode } from '../../onnx/graph.ts';
import { intOf, numbersOf, withInputs, without } from './attribute-values.ts';
import { type BatchTensor, freeReshape, fromFront, type SharedDims } from './batch-axis.ts';
import { type BatchContext, followBatch } from './batch-rules.ts';
import { addConstant, type Draft, freshName } from './draft.ts';

/**
 * Opens the batch of a graph that was exported for a fixed one: Reshape and Expand targets that hold the batch are written anew, and constants
 * that are joined to each photo, such as a class token, are repeated for each. The graph changes only when it is proven node by node that every
 * output then holds a row for each photo.
 *
 * @param image - The name of the image input, whose first dimension is the batch.
 * @param batch - The batch that the file was made for.
 * @returns true when the batch is open now; false when the graph is as it was.
 */
export function freeBatch(draft: Draft, image: string, batch: number): boolean {
  const tensors = new Map<string, BatchTensor>();
  const shared = new Map<string, SharedDims>();
  const context: BatchContext = {
    draft,
    tensors,
    sharedDims: (name) => shared.get(name) ?? draft.initializers.get(name)?.dims,
  };
  const input = draft.inputs.find(({ name }) => name === image);
  const dims = input?.dims.map((dim) => (typeof dim === 'number' ? dim : undefined)) ?? [];
  tensors.set(image, { dims, axis: 0, many: false });
  const nodes: GraphNode[] = [];
  for (const node of draft.nodes) {
    if (!node.inputs.some((name) => tensors.has(name))) {
      nodes.push(node);
      shared.set(node.outputs[0] ?? '', followShared(node, context));
      continue;
    }
    const freed = freeNode(node, context, batch);
    if (freed === undefined) return false;
    nodes.push(...freed.nodes);
    for (const name of node.outputs) tensors.set(name, freed.result);
  }
  const results = draft.outputs.map(({ name }) => tensors.get(name));
  if (results.some((result) => result?.many !== false)) return false;
  draft.nodes = nodes;
  draft.inputs = draft.inputs.map((value) =>
    value.name === image ? { ...value, dims: value.dims.with(0, 'N') } : value,
  );
  draft.outputs = draft.outputs.map((value, index) => {
    const axis = results[index]?.axis ?? 0;
    return axis < value.dims.length ? { ...value, dims: value.dims.with(axis, 'N') } : value;
  });
  return true;
}

interface Freed {
  readonly nodes: readonly GraphNode[];
  readonly result: BatchTensor;
}

function freeNode(node: GraphNode, context: BatchContext, batch: number): Freed | undefined {
  if (node.op === 'Concat') return freeConcat(node, context, batch);
  if (node.op === 'Reshape' || node.op === 'Expand') return freeTarget(node, context, batch);
  const result = followBatch(node, context);
  return result && { nodes: [node], result };
}

function freeTarget(node: GraphNode, { draft, tensors }: BatchContext, batch: number): Freed | undefined {
  const [data = '', shape = ''] = node.inputs;
  const tensor = tensors.get(data);
  const constant = draft.initializers.get(shape);
  if (tensor === undefined || constant === undefined) return undefined;
  const target = numbersOf(constant);
  if (intOf(node, 'allowzero') && target.includes(0)) return undefined;
  const freed =
    node.op === 'Reshape' ? freeReshape(tensor, target, batch) : freeExpand(tensor, target, batch);
  if (freed === undefined) return undefined;
  const isSame = freed.target.every((size, place) => size === target[place]);
  const name = isSame ? shape : addConstant(draft, `${node.outputs[0] ?? ''}/shape`, int64s(freed.target));
  return { nodes: [withInputs(without(node, 'allowzero'), [data, name])], result: freed.result };
}

/** A size of 1 in the target of an Expand leaves the batch as it is. */
function freeExpand(
  tensor: BatchTensor,
  target: readonly number[],
  batch: number,
): { readonly target: readonly number[]; readonly result: BatchTensor } | undefined {
  const place = tensor.axis - tensor.dims.length + target.length;
  if (target.length > tensor.dims.length || tensor.many) return undefined;
  if (place >= 0 && target[place] !== 1 && target[place] !== batch) return undefined;
  const offset = tensor.dims.length - target.length;
  const dims = tensor.dims.map((size, at) =>
    at !== tensor.axis && (target[at - offset] ?? 1) > 1 ? target[at - offset] : size,
  );
  return { target: place < 0 ? target : target.with(place, 1), result: { ...tensor, dims } };
}

function freeConcat(node: GraphNode, context: BatchContext, batch: number): Freed | undefined {
  const { draft, tensors, sharedDims } = context;
  const [reference = ''] = node.inputs.filter((name) => tensors.has(name));
  const first = tensors.get(reference);
  if (first === undefined) return undefined;
  const rank = first.dims.length;
  const at = fromFront(intOf(node, 'axis') ?? 0, rank);
  if (at === first.axis) return undefined;
  const added: GraphNode[] = [];
  const inputs: string[] = [];
  const lengths: (number | undefined)[] = [];
  for (const name of node.inputs) {
    const tensor = tensors.get(name);
    const dims = tensor?.dims ?? sharedDims(name);
    lengths.push(dims?.[at]);
    if (tensor !== undefined) {
      const isAlike = tensor.axis === first.axis && tensor.many === first.many && tensor.dims.length === rank;
      if (!isAlike) return undefined;
      inputs.push(name);
      continue;
    }
    // Of a larger batch the rows might differ.
    if (first.many || batch !== 1 || dims?.length !== rank || dims[first.axis] !== 1) return undefined;
    const repeated = freshName(draft, `${name}/repeated`);
    added.push(...repeat(draft, name, repeated, reference, first));
    inputs.push(repeated);
  }
  const length = lengths.reduce(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  return {
    nodes: [...added, withInputs(node, inputs)],
    result: { ...first, dims: first.dims.with(at, length) },
  };
}

/** Nodes that repeat a shared tensor as often as another tensor has photos. */
function repeat(
  draft: Draft,
  name: string,
  repeated: string,
  reference: string,
  { axis, dims }: BatchTensor,
): GraphNode[] {
  const count = freshName(draft, `${repeated}/count`);
  const shape = freshName(draft, `${repeated}/shape`);
  const ones = (length: number): string[] =>
    length === 0 ? [] : [addConstant(draft, `${repeated}/ones`, int64s(new Array<number>(length).fill(1)))];
  return [
    makeNode('Shape', [reference], [count], { start: { int: axis }, end: { int: axis + 1 } }),
    makeNode('Concat', [...ones(axis), count, ...ones(dims.length - axis - 1)], [shape], {
      axis: { int: 0 },
    }),
    makeNode('Expand', [name, shape], [repeated]),
  ];
}

/** The sizes of what is computed of constants alone, for the few operators that exporters leave there. */
function followShared(node: GraphNode, { draft, sharedDims }: BatchContext): SharedDims {
  const [first] = node.inputs.map(sharedDims);
  if (/^(Cast|DequantizeLinear|QuantizeLinear)$/.test(node.op)) return first;
  const target = draft.initializers.get(node.inputs[1] ?? '');
  if (node.op !== 'Expand' || target === undefined || first === undefined) return undefined;
  const sizes = numbersOf(target);
  const rank = Math.max(sizes.length, first.length);
  return Array.from({ length: rank }, (_, place) => {
    const [size, wanted] = [first.at(place - rank), sizes.at(place - rank)];
    return place < rank - first.length || size === 1 ? (wanted ?? size) : size;
  });
}
