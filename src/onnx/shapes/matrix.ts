import { intAttribute, stringAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { broadcastDims } from './broadcast.ts';
import type { Dimension } from './dimension.ts';
import type { TensorFacts } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

/** Products of matrices. */
export const matrixRules: Readonly<Record<string, ShapeRule>> = {
  Gemm: gemm,
  MatMul: (_, [a, b]) => matrixProduct(a, b, a?.type),
  MatMulInteger: (_, [a, b]) => matrixProduct(a, b, 'int32'),
  QLinearMatMul: (_, [a, , , b, , , , zeroPoint]) => matrixProduct(a, b, zeroPoint?.type),
  Einsum: einsum,
};

function gemm(node: GraphNode, [a, b]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const rows = a?.dims[intAttribute(node, 'transA', 0) === 0 ? 0 : 1];
  const columns = b?.dims[intAttribute(node, 'transB', 0) === 0 ? 1 : 0];
  if (a === undefined || rows === undefined || columns === undefined) return [];
  return [{ type: a.type, dims: [rows, columns] }];
}

function matrixProduct(
  a: TensorFacts | undefined,
  b: TensorFacts | undefined,
  type: TensorFacts['type'] | undefined,
): OutputFacts {
  if (a === undefined || b === undefined || type === undefined) return [];
  // A vector counts as one row on the left and as one column on the right; that axis is absent from the result.
  const [left, right] = [
    a.dims.length === 1 ? [1, ...a.dims] : a.dims,
    b.dims.length === 1 ? [...b.dims, 1] : b.dims,
  ];
  const rows = a.dims.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.dims.length === 1 ? [] : right.slice(-1);
  return [{ type, dims: [...broadcastDims([left.slice(0, -2), right.slice(0, -2)]), ...rows, ...columns] }];
}

function einsum(node: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const [left = '', right] = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (left.includes('.') || terms.length !== inputs.length) return [];
  const sizes = new Map<string, Dimension>();
  for (const [index, term] of terms.entries()) {
    const dims = inputs[index]?.dims;
    if (dims?.length !== term.length) return [];
    for (const [axis, letter] of Array.from(term).entries()) {
      sizes.set(letter, broadcastDims([[sizes.get(letter) ?? 1], [dims[axis] ?? '']])[0] ?? '');
    }
  }
  const all = Array.from(terms.join(''));
  // Without an arrow: the letters that occur once, in alphabetical order.
  const letters =
    right ??
    all
      .filter((letter) => all.filter((other) => other === letter).length === 1)
      .sort()
      .join('');
  const [first] = inputs;
  return [first && { type: first.type, dims: Array.from(letters).map((letter) => sizes.get(letter) ?? '') }];
}
