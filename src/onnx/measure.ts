import { intAttribute, isStandard, stringAttribute } from './attributes.ts';
import type { GraphNode, Model } from './graph.ts';
import { type Dimension, substitute } from './shapes/dimension.ts';
import { numericDims, type TensorFacts } from './shapes/facts.ts';

/** What a network is made of and costs. */
export interface GraphMeasure {
  /** How many nodes there are of each operator, the most frequent first. */
  readonly operators: ReadonlyMap<string, number>;
  /** Numbers that were learned: weights and biases, no shapes, scales of quantisation or bounds of clipping. */
  readonly parameters: number;
  /** Multiplications with an addition that one photo takes, in convolutions and products of matrices. */
  readonly multiplyAdds: number;
  /** Bytes of all constants. */
  readonly bytes: number;
}

/** Counts a network's operators, parameters, and the multiply-adds for one photo. Layers of unknown shape add nothing. */
export function measureGraph({ graph }: Model, shapes: ReadonlyMap<string, TensorFacts>): GraphMeasure {
  const dimsOf = (name: string | undefined): readonly number[] | undefined => {
    const dims = name === undefined ? undefined : shapes.get(name)?.dims;
    return dims && numericDims(dims.map((dim) => dimensionForOne(dim, graph.inputs[0]?.dims[0])));
  };
  const operators = new Map<string, number>();
  const learned = new Set<string>();
  let multiplyAdds = 0;
  for (const node of graph.nodes) {
    operators.set(node.op, (operators.get(node.op) ?? 0) + 1);
    node.inputs.forEach((name, place) => isLearned(node, place) && learned.add(name));
    multiplyAdds += multiplyAddsOf(node, dimsOf);
  }
  let [parameters, bytes] = [0, 0];
  for (const [name, { type, dims, data }] of graph.initializers) {
    bytes += data.byteLength;
    // A scalar is a constant of a formula, and whole numbers of 64 bits are shapes.
    if (learned.has(name) && dims.length > 0 && type !== 'int64' && type !== 'bool') {
      parameters += data.length;
    }
  }
  const ranked = [...operators].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { operators: new Map(ranked), parameters, multiplyAdds, bytes };
}

/** The places of inputs that hold no weights though they may hold real numbers. */
const argumentPlaces: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
  QLinearConv: [1, 2, 4, 5, 6, 7],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  ConvInteger: [2, 3],
  MatMulInteger: [2, 3],
  Clip: [1, 2],
  Pad: [1, 2],
  Pow: [1],
  Resize: [1, 2, 3],
  Dropout: [1, 2],
};

function isLearned({ op }: GraphNode, place: number): boolean {
  return argumentPlaces[op]?.includes(place) !== true;
}

type DimsOf = (name: string | undefined) => readonly number[] | undefined;

function dimensionForOne(dim: Dimension, batch: Dimension | undefined): Dimension {
  return typeof dim === 'string' && typeof batch === 'string' ? substitute(dim, batch, 1) : dim;
}

function multiplyAddsOf(node: GraphNode, known: DimsOf): number {
  const [first, second] = node.inputs;
  if (!isStandard(node)) return 0;
  switch (node.op) {
    case 'Conv':
    case 'ConvInteger':
      return product(known(node.outputs[0])) * product(known(second)?.slice(1));
    case 'QLinearConv':
      return product(known(node.outputs[0])) * product(known(node.inputs[3])?.slice(1));
    case 'ConvTranspose':
      return product(known(first)) * product(known(second)?.slice(1));
    case 'Gemm':
      return (
        product(known(node.outputs[0])) * (known(first)?.[intAttribute(node, 'transA', 0) === 0 ? 1 : 0] ?? 0)
      );
    case 'MatMul':
    case 'MatMulInteger':
    case 'QLinearMatMul':
      return product(known(node.outputs[0])) * (known(first)?.at(-1) ?? 0);
    case 'Einsum':
      return einsum(node, known);
    default:
      return 0;
  }
}

/** A product of two tensors takes one multiply-add for each value of all its letters. */
function einsum(node: GraphNode, known: DimsOf): number {
  const terms = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->')[0]?.split(',') ?? [];
  if (terms.length !== 2) return 0;
  const sizes = new Map<string, number>();
  for (const [index, term] of terms.entries()) {
    const dims = known(node.inputs[index]);
    if (dims?.length !== term.length) return 0;
    for (const [axis, letter] of Array.from(term).entries()) {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, dims[axis] ?? 0));
    }
  }
  return product([...sizes.values()]);
}

function product(dims: readonly number[] | undefined): number {
  return dims?.reduce((result, dim) => result * dim, 1) ?? 0;
}
