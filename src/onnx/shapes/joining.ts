import { intAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { broadcastDims } from './broadcast.ts';
import { addDimensions, type Dimension, divideDimensions, multiplyDimensions } from './dimension.ts';
import { fewElements, numbersOf, type TensorFacts, withSize, withValues, wrapAxis } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';
import { countFrom, pickValues } from './pick-values.ts';
import { sliceRule } from './slicing.ts';

/** Operators that join, split, cut, pad, repeat and pick. */
export const joiningRules: Readonly<Record<string, ShapeRule>> = {
  Concat: concatRule,
  Split: splitRule,
  Slice: sliceRule,
  Pad: padRule,
  Tile: tileRule,
  Expand: expandRule,
  Gather: gatherRule,
  GatherElements: (_, [x, indices]) => [x && indices && { type: x.type, dims: indices.dims }],
  ScatterElements: (_, [x]) => [x && { type: x.type, dims: x.dims }],
  ScatterND: (_, [x]) => [x && { type: x.type, dims: x.dims }],
};

function concatRule(node: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const [first] = inputs;
  const axis = wrapAxis(intAttribute(node, 'axis', 0), first?.dims.length ?? 0);
  if (first === undefined || !inputs.every((input) => input !== undefined)) return [];
  const dims = first.dims.map((dim, at) =>
    at === axis
      ? inputs.map((input) => input.dims[axis] ?? '').reduce(addDimensions)
      : (inputs.map((input) => input.dims[at]).find((other) => typeof other === 'number') ?? dim),
  );
  const known = dims.length === 1 && inputs.every(({ values }) => values !== undefined);
  return [withValues(first.type, dims, known ? inputs.flatMap(({ values }) => values ?? []) : undefined)];
}

function splitRule(node: GraphNode, [x, sizes]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const axis = wrapAxis(intAttribute(node, 'axis', 0), x.dims.length);
  const isNamed = node.inputs[1] !== undefined && node.inputs[1] !== '';
  const share = divideDimensions(x.dims[axis] ?? '', node.outputs.length);
  let start = 0;
  return node.outputs.map((_, index) => {
    const size = isNamed ? (sizes?.values?.[index] ?? '') : share;
    const positions = typeof size === 'number' && x.values ? countFrom(start, size) : undefined;
    start += typeof size === 'number' ? size : NaN;
    return withValues(x.type, withSize(x.dims, axis, size), positions && pickValues(x, axis, positions));
  });
}

function padRule(_: GraphNode, [x, pads]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const rank = x.dims.length;
  const added = (axis: number): Dimension =>
    addDimensions(pads?.values?.[axis] ?? '', pads?.values?.[axis + rank] ?? '');
  return [{ type: x.type, dims: x.dims.map((dim, axis) => addDimensions(dim, added(axis))) }];
}

function tileRule(_: GraphNode, [x, repeats]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const dims = x.dims.map((dim, axis) => multiplyDimensions(dim, repeats?.values?.[axis] ?? ''));
  return [{ type: x.type, dims }];
}

function expandRule(_: GraphNode, [x, shape]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined || shape?.values === undefined) return [];
  const dims = broadcastDims([x.dims, shape.values]);
  const count = fewElements(dims);
  const [only] = x.values ?? [];
  const alike = x.values?.length === 1 && only !== undefined && count !== undefined;
  return [withValues(x.type, dims, alike ? Array<Dimension>(count).fill(only) : undefined)];
}

function gatherRule(node: GraphNode, [x, indices]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined || indices === undefined) return [];
  const axis = wrapAxis(intAttribute(node, 'axis', 0), x.dims.length);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const size = x.dims[axis] ?? '';
  const positions =
    typeof size === 'number' ? numbersOf(indices)?.map((place) => wrapAxis(place, size)) : undefined;
  const picked = positions && pickValues(x, axis, positions);
  return [withValues(x.type, dims, picked)];
}
