import { intAttribute } from '../attributes.ts';
import type { ElementType, GraphNode } from '../graph.ts';
import { axesOf } from './axes.ts';
import type { Dimension } from './dimension.ts';
import { type TensorFacts, withSize, wrapAxis } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

const reductions = [
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin'],
  ...['ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
];

/** Operators that take axes together. */
export const reductionRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(reductions.map((op) => [op, reduceRule])),
  ArgMax: argumentRule,
  ArgMin: argumentRule,
  TopK: topKRule,
};

function reduceRule(node: GraphNode, [x, axesInput]: readonly (TensorFacts | undefined)[]): OutputFacts {
  let axes = axesOf(node, axesInput);
  if (x === undefined || axes === 'unknown') return [];
  if (axes === 'absent' || axes.length === 0) {
    if (intAttribute(node, 'noop_with_empty_axes', 0) !== 0) return [{ type: x.type, dims: x.dims }];
    axes = x.dims.map((_, axis) => axis);
  }
  return [reduce(x, axes, intAttribute(node, 'keepdims', 1) !== 0, x.type)];
}

function argumentRule(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const axis = intAttribute(node, 'axis', 0);
  return [x && reduce(x, [axis], intAttribute(node, 'keepdims', 1) !== 0, 'int64')];
}

function topKRule(node: GraphNode, [x, count]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const dims = withSize(
    x.dims,
    wrapAxis(intAttribute(node, 'axis', -1), x.dims.length),
    count?.values?.[0] ?? '',
  );
  return [
    { type: x.type, dims },
    { type: 'int64', dims },
  ];
}

function reduce(
  { dims }: TensorFacts,
  axes: readonly number[],
  keeps: boolean,
  type: ElementType,
): TensorFacts {
  const reduced = new Set(axes.map((axis) => wrapAxis(axis, dims.length)));
  const left: Dimension[] = keeps
    ? dims.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
    : dims.filter((_, axis) => !reduced.has(axis));
  return { type, dims: left };
}
