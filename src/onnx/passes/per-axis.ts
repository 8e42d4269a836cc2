import type { Tensor } from '../graph.ts';
import { wrapAxis } from '../shapes/facts.ts';

/**
 * Tells for each value of a tensor which scale and zero point are its own: the only one, or that of its place along an axis. Undefined when there are
 * not as many of them as the axis is long.
 */
export function perAxis(
  dims: readonly number[],
  axis: number,
  scale: Tensor,
  zero: Tensor | undefined,
): ((at: number) => number) | undefined {
  const count = scale.data.length;
  if (zero !== undefined && zero.data.length !== count) return undefined;
  if (count === 1) return () => 0;
  const own = wrapAxis(axis, dims.length);
  if (dims[own] !== count) return undefined;
  const inner = dims.slice(own + 1).reduce((product, dim) => product * dim, 1);
  return (at) => Math.floor(at / inner) % count;
}
