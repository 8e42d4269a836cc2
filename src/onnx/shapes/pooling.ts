import { intsAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import type { TensorFacts } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';
import { slideWindow, windowOf } from './window.ts';

/** Pools over windows and over whole pictures. */
export const poolingRules: Readonly<Record<string, ShapeRule>> = {
  AveragePool: pool,
  MaxPool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
};

function pool(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const kernel = intsAttribute(node, 'kernel_shape');
  if (x === undefined || kernel === undefined || x.dims.length !== kernel.length + 2) return [];
  const dims = [...x.dims.slice(0, 2), ...slideWindow(x.dims.slice(2), windowOf(node, kernel))];
  // The second output of MaxPool: where each maximum lies.
  return [
    { type: x.type, dims },
    { type: 'int64', dims },
  ];
}

function globalPool(_: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  return x === undefined ? [] : [{ type: x.type, dims: x.dims.map((dim, axis) => (axis < 2 ? dim : 1)) }];
}
