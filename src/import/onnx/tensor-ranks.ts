import type { GraphNode } from '../../onnx/graph.ts';
import { inputOf, intOf, intsOf, numbersOf } from './attribute-values.ts';
import type { Draft } from './draft.ts';

/** Operators whose first output has as many dimensions as their first input. */
const keepsRank = new Set(
  `Abs ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat Conv ConvTranspose CumSum DepthToSpace DequantizeLinear
  Elu Erf Exp Floor Gelu GlobalAveragePool GlobalMaxPool GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LayerNormalization
  LeakyRelu Log LogSoftmax LpNormalization LpPool MaxPool Mish Neg Not PRelu Pad QLinearConv QuantizeLinear Reciprocal Relu Resize Round Selu Sigmoid Sign
  Sin Cos Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Tanh ThresholdedRelu Tile TopK Transpose Upsample`.split(
    /\s+/,
  ),
);
const broadcasts = new Set(
  `Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor`.split(
    ' ',
  ),
);

/**
 * Finds the number of dimensions of tensors, as far as simple rules give it, in a graph of any operator set from 7 on.
 * Where a rule is missing the rank is absent; a rank that is there is right for every valid graph.
 */
export function findRanks(draft: Draft): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  // How many elements a vector has, which is the rank of what is reshaped or expanded by it.
  const lengths = new Map<string, number>();
  for (const { name, dims } of draft.inputs) ranks.set(name, dims.length);
  for (const [name, { dims }] of draft.initializers) {
    ranks.set(name, dims.length);
    const [length] = dims;
    if (length !== undefined && dims.length === 1) lengths.set(name, length);
  }
  for (const node of draft.nodes) {
    const [output] = node.outputs;
    if (output === undefined) continue;
    const length = lengthOf(node, draft, ranks, lengths);
    if (length !== undefined) lengths.set(output, length);
    const rank = rankOf(node, draft, ranks, lengths);
    if (rank === undefined || rank < 0) continue;
    // Of several outputs, Split, TopK and the normalisations have equal ranks; a rank of others is not needed.
    for (const name of /^(Split|TopK)$/.test(node.op) ? node.outputs : [output]) ranks.set(name, rank);
  }
  return ranks;
}

function lengthOf(
  node: GraphNode,
  draft: Draft,
  ranks: ReadonlyMap<string, number>,
  lengths: ReadonlyMap<string, number>,
): number | undefined {
  const all = node.inputs.map((name) => lengths.get(name));
  switch (node.op) {
    case 'Shape':
      return (node.attributes.start ?? node.attributes.end) ? undefined : ranks.get(node.inputs[0] ?? '');
    case 'Concat':
      return all.reduce(
        (sum, length) => (sum === undefined || length === undefined ? undefined : sum + length),
        0,
      );
    case 'Unsqueeze':
      return ranks.get(node.inputs[0] ?? '') === 0 && axesOf(node, draft)?.length === 1 ? 1 : undefined;
    case 'Cast':
      return all[0];
    default:
      return undefined;
  }
}

function rankOf(
  node: GraphNode,
  draft: Draft,
  ranks: ReadonlyMap<string, number>,
  lengths: ReadonlyMap<string, number>,
): number | undefined {
  const [first, second] = node.inputs.map((name) => ranks.get(name));
  if (node.domain !== undefined) return undefined;
  if (keepsRank.has(node.op)) {
    if (/^Arg/.test(node.op) && intOf(node, 'keepdims') === 0) {
      return first === undefined ? undefined : first - 1;
    }
    return first;
  }
  if (broadcasts.has(node.op)) return highest(node.inputs.map((name) => ranks.get(name)));
  if (node.op.startsWith('Reduce')) {
    if (intOf(node, 'keepdims') !== 0) return first;
    const axes = axesOf(node, draft);
    return first === undefined || axes === undefined ? undefined : first - axes.length;
  }
  switch (node.op) {
    case 'Flatten':
    case 'Gemm':
      return 2;
    case 'MatMul':
      return first === undefined || second === undefined || Math.min(first, second) < 2
        ? undefined
        : Math.max(first, second);
    case 'Reshape':
      return lengths.get(node.inputs[1] ?? '');
    case 'ConstantOfShape':
      return lengths.get(node.inputs[0] ?? '');
    case 'Expand':
      return highest([first, lengths.get(node.inputs[1] ?? '')]);
    case 'Shape':
      return 1;
    case 'Gather':
      return first === undefined || second === undefined ? undefined : first + second - 1;
    case 'Squeeze':
    case 'Unsqueeze': {
      const axes = axesOf(node, draft);
      if (first === undefined || axes === undefined) return undefined;
      return node.op === 'Squeeze' ? first - axes.length : first + axes.length;
    }
    default:
      return undefined;
  }
}

function highest(ranks: readonly (number | undefined)[]): number | undefined {
  return ranks.reduce((most, rank) =>
    most === undefined || rank === undefined ? undefined : Math.max(most, rank),
  );
}

/** The axes of a node by its attribute or, in later operator sets, its constant second input; undefined when they are open. */
export function axesOf(node: GraphNode, draft: Draft): readonly number[] | undefined {
  const attribute = intsOf(node, 'axes');
  if (attribute !== undefined) return attribute;
  const tensor = draft.initializers.get(inputOf(node, 1) ?? '');
  return tensor && numbersOf(tensor);
}
