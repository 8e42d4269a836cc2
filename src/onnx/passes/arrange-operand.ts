import { int64s, node } from '../build.ts';
import { evaluateConstant } from '../evaluate-constant.ts';
import type { GraphNode } from '../graph.ts';
import { reshapeTarget } from './reshape-target.ts';
import type { CommuteContext } from './commute.ts';
import { invert, isIdentity, keepsOrder, type Permutation } from './permutation.ts';

/** An operand in the order of axes before a transposition, with the nodes that make it. */
export interface Arranged {
  readonly name: string;
  readonly before: readonly GraphNode[];
}

/**
 * Finds an operand as it must be when an operator is moved before the transposition `perm`: the tensor behind the same transposition, a
 * constant that is transposed here and now, or a tensor whose values stay in order, so that Reshape will do. Undefined when there is none.
 *
 * @param isWhole - True when the operand takes part as it is; else it is broadcast, and one element needs no arranging.
 */
export function arrangeOperand(
  name: string,
  perm: Permutation,
  context: CommuteContext,
  isWhole: boolean,
): Arranged | undefined {
  const from = context.transposed(name);
  if (from !== undefined) {
    const isSame = from.perm.length === perm.length && from.perm.every((axis, at) => axis === perm[at]);
    return isSame ? { name: from.source, before: [] } : undefined;
  }
  if (name === '') return { name, before: [] };
  const facts = context.facts(name);
  if (facts === undefined || facts.dims.length > perm.length) return undefined;
  if (!isWhole && facts.dims.every((dim) => dim === 1)) return { name, before: [] };
  const dims = [...Array<number>(perm.length - facts.dims.length).fill(1), ...facts.dims];
  const inverse = invert(perm);
  const arranged = inverse.map((axis) => dims[axis] ?? 1);
  const constant = context.constant(name);
  if (constant !== undefined) {
    const whole = { ...constant, dims: dims.filter((dim) => typeof dim === 'number') };
    const sizes = arranged.filter((dim) => typeof dim === 'number');
    const moved = evaluateConstant(transposition(inverse), [whole], sizes);
    return moved && { name: context.addConstant(`${name}/transposed`, moved), before: [] };
  }
  const target = keepsOrder(inverse, dims) ? reshapeTarget(facts.dims, arranged) : undefined;
  if (target === undefined || isIdentity(inverse)) return undefined;
  const result = context.newName(`${name}/transposed`);
  const shape = context.addConstant(`${result}/shape`, int64s(target));
  return { name: result, before: [node('Reshape', [name, shape], [result])] };
}

function transposition(perm: Permutation): GraphNode {
  return node('Transpose', [], [], { perm: { ints: perm } });
}
