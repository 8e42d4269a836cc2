import type { Dimension } from './dimension.ts';

/** The shape of an elementwise operator's result by numpy's broadcasting rules. */
export function broadcastDims(shapes: readonly (readonly Dimension[])[]): readonly Dimension[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.map((dims) => dims[axis - rank + dims.length] ?? 1).reduce(broadcastPair),
  );
}

function broadcastPair(a: Dimension, b: Dimension): Dimension {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  // A size above one wins: whatever the other stands for, it must be that size or one.
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return '';
}
