import { int64s, node } from './build.ts';
import type { GraphNode, Tensor } from './graph.ts';

/**
 * Gives nodes that average each photo's features over its views, as `attachViews` orders them: from `[V · N, size]` to `[N, size]`.
 *
 * @param views - Their number, V.
 */
export function averageViews(
  features: string,
  views: number,
  size: number,
  average: string,
): { readonly nodes: readonly GraphNode[]; readonly initializers: ReadonlyMap<string, Tensor> } {
  const [shape, apart] = [`${average}/shape`, `${average}/apart`];
  return {
    nodes: [
      node('Reshape', [features, shape], [apart]),
      node('ReduceMean', [apart], [average], { axes: { ints: [0] }, keepdims: { int: 0 } }),
    ],
    initializers: new Map([[shape, int64s([views, -1, size])]]),
  };
}
