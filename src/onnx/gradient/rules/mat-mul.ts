import type { Dimension } from '../../shapes/dimension.ts';
import type { GradientDraft } from '../gradient-draft.ts';
import { notDifferentiable } from '../not-differentiable.ts';
import { reshape } from '../reshape.ts';
import type { GradientRule } from '../rule.ts';
import { sumTo } from '../sum-to.ts';

/** MatMul, `Y = A · B`: `dA = dY · Bᵀ`, `dB = Aᵀ · dY`, summed over the axes along which they were broadcast. */
export const matMulGradient: GradientRule = (node, gradient, draft) => {
  const [a = '', b = ''] = node.inputs;
  const dims = { a: draft.factsOf(node, a).dims, b: draft.factsOf(node, b).dims };
  if (dims.a.length < 2 || dims.b.length < 2) throw notDifferentiable(node, 'an operand is a vector');
  const { dims: whole } = draft.factsOf(node, node.outputs[0]);
  const outer = whole.slice(0, -2);
  const toA = (): string => {
    const product = draft.step('MatMul', [gradient, swapLast(draft, b, dims.b.length)]);
    return sumTo(draft, product, [...outer, ...dims.a.slice(-2)], dims.a);
  };
  const toB = (): string => {
    if (dims.b.length === 2) return overRows(draft, [a, dims.a], [gradient, whole]);
    const product = draft.step('MatMul', [swapLast(draft, a, dims.a.length), gradient]);
    return sumTo(draft, product, [...outer, ...dims.b.slice(-2)], dims.b);
  };
  return [draft.isNeeded(a) ? toA() : undefined, draft.isNeeded(b) ? toB() : undefined];
};

/** One product over all rows of all matrices, instead of one a matrix and their sum. */
function overRows(draft: GradientDraft, ...operands: [string, readonly Dimension[]][]): string {
  const rows = operands.map(([name, dims]) =>
    dims.length === 2 ? name : reshape(draft, name, ['', dims.at(-1) ?? '']),
  );
  return draft.step('Gemm', rows, { transA: { int: 1 } });
}

function swapLast(draft: GradientDraft, tensor: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm.splice(rank - 2, 2, rank - 1, rank - 2);
  return draft.step('Transpose', [tensor], { perm: { ints: perm } });
}
