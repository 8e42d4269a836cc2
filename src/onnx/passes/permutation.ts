import type { Dimension } from '../shapes/dimension.ts';

/** A transposition as ONNX writes it: axis `i` of the result is axis `perm[i]` of the input. */
export type Permutation = readonly number[];

/** True when a transposition leaves every axis where it is. */
export function isIdentity(perm: Permutation): boolean {
  return perm.every((axis, at) => axis === at);
}

/** The one transposition that does what two do, the first being done first. */
export function compose(first: Permutation, second: Permutation): Permutation {
  return second.map((axis) => first[axis] ?? axis);
}

/** The transposition that undoes another. */
export function invert(perm: Permutation): Permutation {
  return perm.map((_, axis) => perm.indexOf(axis));
}

/** What is left of a transposition when some axes of its result are taken away, as by a reduction that does not keep them. */
export function withoutAxes(perm: Permutation, removed: readonly number[]): Permutation {
  const left = perm.filter((_, axis) => !removed.includes(axis));
  const order = left.toSorted((a, b) => a - b);
  return left.map((axis) => order.indexOf(axis));
}

/** True when a transposition of that shape moves axes of size one only, so that the values stay in order. */
export function keepsOrder(perm: Permutation, dims: readonly Dimension[]): boolean {
  const moved = perm.filter((axis) => dims[axis] !== 1);
  return moved.every((axis, at) => at === 0 || axis > (moved[at - 1] ?? -1));
}
