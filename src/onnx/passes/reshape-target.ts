import type { Dimension } from '../shapes/dimension.ts';

/**
 * The constant that makes Reshape turn one shape into another: numbers where the size is known, 0 where the size is that of the same axis
 * before, and −1 for at most one other. Undefined when more is open.
 */
export function reshapeTarget(
  before: readonly Dimension[],
  after: readonly Dimension[],
): readonly number[] | undefined {
  const target = after.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return dim !== '' && dim === before[axis] ? 0 : -1;
  });
  // A size of zero would be read as "the same as before".
  const isClear = after.every((dim) => dim !== 0) && target.filter((dim) => dim === -1).length <= 1;
  return isClear ? target : undefined;
}
