import type { GraphNode } from '../../onnx/graph.ts';
import { inputOf, intOf, intsOf, numbersOf } from './attribute-values.ts';
import { type BatchTensor, broadcast, fromFront, product, type SharedDims } from './batch-axis.ts';
import type { Draft } from './draft.ts';
import { axesOf } from './tensor-ranks.ts';

/** What a rule may look at. */
export interface BatchContext {
  readonly draft: Draft;
  /** Tensors that hold something of each photo. */
  readonly tensors: ReadonlyMap<string, BatchTensor>;
  /** The sizes of a tensor that is the same for all photos. */
  readonly sharedDims: (name: string) => SharedDims;
}

const unary = new Set(
  `Abs Cast Ceil Celu Clip Cos DequantizeLinear Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Log Neg Not QuantizeLinear Reciprocal Relu
  Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Tanh ThresholdedRelu`.split(/\s+/),
);
const binary = new Set(
  `Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Where Xor`.split(
    ' ',
  ),
);
const spatial = new Set(
  `AveragePool BatchNormalization Conv ConvTranspose DepthToSpace GlobalAveragePool GlobalMaxPool InstanceNormalization LRN LpPool MaxPool
  SpaceToDepth`.split(/\s+/),
);

/**
 * Says where the batch lies in the outputs of a node that works on each photo alone; undefined when that cannot be told, or when the node
 * would mix photos.
 */
export function followBatch(node: GraphNode, context: BatchContext): BatchTensor | undefined {
  const x = context.tensors.get(node.inputs[0] ?? '');
  if (binary.has(node.op)) return followBinary(node, context);
  if (node.op === 'MatMul') return followMatMul(node, context);
  const others = node.inputs.slice(1).filter((name) => context.tensors.has(name));
  if (x === undefined || others.length > 0) return undefined;
  if (unary.has(node.op)) return x;
  if (spatial.has(node.op)) return followSpatial(node, x, context);
  if (node.op.startsWith('Reduce') || node.op.startsWith('Arg')) return followReduce(node, x, context);
  return oneInput[node.op]?.(node, x, context);
}

type Rule = (node: GraphNode, x: BatchTensor, context: BatchContext) => BatchTensor | undefined;

const oneInput: Readonly<Record<string, Rule>> = {
  Flatten(node, x) {
    const at = fromFront(intOf(node, 'axis') ?? 1, x.dims.length);
    if (x.axis !== 0 || at < 1) return undefined;
    const many = x.many || at > 1;
    return { dims: [at > 1 ? undefined : x.dims[0], product(x.dims.slice(at))], axis: 0, many };
  },
  Gather(node, x, { sharedDims }) {
    const at = fromFront(intOf(node, 'axis') ?? 0, x.dims.length);
    const indices = sharedDims(node.inputs[1] ?? '');
    if (at === x.axis || indices === undefined) return undefined;
    const axis = at < x.axis ? x.axis - 1 + indices.length : x.axis;
    return { ...x, dims: x.dims.toSpliced(at, 1, ...indices), axis };
  },
  Gemm(node, x, { sharedDims }) {
    const [weights, bias = []] = node.inputs.slice(1).map(sharedDims);
    const isAlike = bias.length < 2 || bias[0] === 1;
    if (x.axis !== 0 || intOf(node, 'transA') || weights === undefined || !isAlike) return undefined;
    return { ...x, dims: [x.dims[0], weights[intOf(node, 'transB') ? 0 : 1]] };
  },
  LayerNormalization: (node, x) =>
    fromFront(intOf(node, 'axis') ?? -1, x.dims.length) > x.axis ? x : undefined,
  LogSoftmax: followSoftmax,
  LpNormalization: followSoftmax,
  Pad(node, x, { draft }) {
    const pads = draft.initializers.get(node.inputs[1] ?? '');
    const amounts = pads && numbersOf(pads);
    const rank = x.dims.length;
    if (amounts?.[x.axis] !== 0 || amounts[rank + x.axis] !== 0 || node.inputs.length > 3) return undefined;
    return {
      ...x,
      dims: x.dims.map((size, place) => size && size + (amounts[place] ?? 0) + (amounts[rank + place] ?? 0)),
    };
  },
  Resize(node, x, { draft }) {
    const scales = draft.initializers.get(inputOf(node, 2) ?? '');
    return scales && numbersOf(scales)[x.axis] === 1 ? { ...x, dims: only(x, x.axis) } : undefined;
  },
  Slice(node, x, { draft }) {
    const given = node.inputs.slice(1).map((name) => draft.initializers.get(name));
    const [starts, ends, axes, steps] = given.map((tensor) => tensor && numbersOf(tensor));
    if (starts === undefined || ends === undefined || given.includes(undefined)) return undefined;
    const places = (axes ?? [...starts.keys()]).map((axis) => fromFront(axis, x.dims.length));
    const at = places.indexOf(x.axis);
    const endless = 2 ** 31 - 1;
    const isWhole = at < 0 || (starts[at] === 0 && (ends[at] ?? 0) >= endless && (steps?.[at] ?? 1) === 1);
    return isWhole
      ? {
          ...x,
          dims: x.dims.map((size, place) => (places.includes(place) && place !== x.axis ? undefined : size)),
        }
      : undefined;
  },
  Softmax: followSoftmax,
  Split(node, x) {
    const at = fromFront(intOf(node, 'axis') ?? 0, x.dims.length);
    return at === x.axis ? undefined : { ...x, dims: x.dims.with(at, undefined) };
  },
  Squeeze(node, x, { draft }) {
    const axes = axesOf(node, draft)?.map((axis) => fromFront(axis, x.dims.length));
    return axes && remove(x, axes);
  },
  Transpose(node, x) {
    const order = intsOf(node, 'perm') ?? [...x.dims.keys()].reverse();
    return { ...x, dims: order.map((place) => x.dims[place]), axis: order.indexOf(x.axis) };
  },
  Unsqueeze(node, x, { draft }) {
    const axes = axesOf(node, draft);
    if (axes === undefined || axes.length > 8) return undefined;
    const rank = x.dims.length + axes.length;
    const added = new Set(axes.map((axis) => fromFront(axis, rank)));
    const kept = Array.from({ length: rank }, (_, place) => place).filter((place) => !added.has(place));
    const dims = Array.from({ length: rank }, (_, place) =>
      added.has(place) ? 1 : x.dims[kept.indexOf(place)],
    );
    return { ...x, dims, axis: kept[x.axis] ?? -1 };
  },
};

function followBinary(node: GraphNode, { tensors, sharedDims }: BatchContext): BatchTensor | undefined {
  const names = node.inputs.filter((name) => name !== '');
  const carriers = names.map((name) => tensors.get(name)).filter((tensor) => tensor !== undefined);
  const shared = names.filter((name) => !tensors.has(name)).map(sharedDims);
  return broadcast(carriers, shared);
}

function followMatMul(node: GraphNode, { tensors, sharedDims }: BatchContext): BatchTensor | undefined {
  const [left = '', right = ''] = node.inputs;
  const [a, b] = [tensors.get(left), tensors.get(right)];
  const [aDims, bDims] = [a?.dims ?? sharedDims(left), b?.dims ?? sharedDims(right)];
  if (aDims === undefined || bDims === undefined || Math.min(aDims.length, bDims.length) < 2) {
    return undefined;
  }
  // Rows of the left side are multiplied one by one, so photos may lie there.
  if (a !== undefined && b === undefined && a.axis === aDims.length - 2 && bDims.length === 2) {
    return { ...a, dims: [...aDims.slice(0, -1), bDims.at(-1)] };
  }
  const stacks = [a, b].flatMap((tensor) => {
    return tensor === undefined ? [] : [{ ...tensor, dims: tensor.dims.slice(0, -2) }];
  });
  if (stacks.some(({ dims, axis }) => axis >= dims.length)) return undefined;
  const shared = [a === undefined ? aDims : [], b === undefined ? bDims : []].map((dims) =>
    dims.slice(0, -2),
  );
  const stack = broadcast(stacks, shared);
  return stack && { ...stack, dims: [...stack.dims, aDims.at(-2), bDims.at(-1)] };
}

function followSpatial(
  node: GraphNode,
  x: BatchTensor,
  { sharedDims }: BatchContext,
): BatchTensor | undefined {
  if (x.axis !== 0 || x.dims.length < 3) return undefined;
  const [batch, channels, ...sizes] = x.dims;
  const weights = sharedDims(node.inputs[1] ?? '');
  if (node.op === 'Conv') return { ...x, dims: [batch, weights?.[0], ...sizes.map(() => undefined)] };
  if (/^(BatchNormalization|InstanceNormalization|LRN)$/.test(node.op)) return x;
  const isGlobal = node.op.startsWith('Global');
  const isPool = node.op.endsWith('Pool');
  return {
    ...x,
    dims: [batch, isPool ? channels : undefined, ...sizes.map(() => (isGlobal ? 1 : undefined))],
  };
}

function followReduce(node: GraphNode, x: BatchTensor, { draft }: BatchContext): BatchTensor | undefined {
  const axis = node.op.startsWith('Arg') ? [intOf(node, 'axis') ?? 0] : axesOf(node, draft);
  const axes = axis?.map((place) => fromFront(place, x.dims.length));
  if (axes === undefined || axes.length === 0 || axes.includes(x.axis)) return undefined;
  if (intOf(node, 'keepdims') === 0) return remove(x, axes);
  return { ...x, dims: x.dims.map((size, place) => (axes.includes(place) ? 1 : size)) };
}

function followSoftmax(node: GraphNode, x: BatchTensor): BatchTensor | undefined {
  return fromFront(intOf(node, 'axis') ?? -1, x.dims.length) === x.axis ? undefined : x;
}

function remove(x: BatchTensor, places: readonly number[]): BatchTensor | undefined {
  if (places.includes(x.axis)) return undefined;
  const axis = x.axis - new Set(places.filter((place) => place < x.axis)).size;
  return { ...x, dims: x.dims.filter((_, place) => !places.includes(place)), axis };
}

function only(x: BatchTensor, place: number): readonly (number | undefined)[] {
  return x.dims.map((size, index) => (index === place ? size : undefined));
}
