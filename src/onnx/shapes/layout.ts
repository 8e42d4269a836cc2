import { intAttribute, intsAttribute } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { transposedPlaces } from '../index-maps.ts';
import { axesOf } from './axes.ts';
import { type Dimension, divideDimensions, multiplyDimensions, productOf } from './dimension.ts';
import { numericDims, type TensorFacts, vectorLength, withValues, wrapAxis } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

/** Operators that arrange the same values in another shape. */
export const layoutRules: Readonly<Record<string, ShapeRule>> = {
  Reshape: reshapeRule,
  Flatten: flattenRule,
  Squeeze: squeezeRule,
  Unsqueeze: unsqueezeRule,
  Transpose: transposeRule,
  DepthToSpace: (node, [x]) =>
    moveBlocks(x, intAttribute(node, 'blocksize', 1), divideDimensions, multiplyDimensions),
  SpaceToDepth: (node, [x]) =>
    moveBlocks(x, intAttribute(node, 'blocksize', 1), multiplyDimensions, divideDimensions),
};

function reshapeRule(node: GraphNode, [x, shape]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const rank = vectorLength(shape);
  if (x === undefined || rank === undefined) return [];
  const copies = intAttribute(node, 'allowzero', 0) === 0;
  const target = shape?.values ?? Array<Dimension>(rank).fill('');
  const dims = target.map((dim, axis) => (dim === 0 && copies ? (x.dims[axis] ?? '') : dim));
  // What is left for a −1; one size that is not known follows in the same way.
  const open = dims.filter((dim) => dim === -1).length > 0 ? -1 : '';
  const others = dims.filter((dim) => dim !== open);
  const rest =
    dims.length - others.length === 1 ? divideDimensions(productOf(x.dims), productOf(others)) : '';
  return [
    withValues(
      x.type,
      dims.map((dim) => (dim === open ? rest : dim)),
      x.values,
    ),
  ];
}

function flattenRule(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const axis = wrapAxis(intAttribute(node, 'axis', 1), x.dims.length);
  return [{ type: x.type, dims: [productOf(x.dims.slice(0, axis)), productOf(x.dims.slice(axis))] }];
}

function squeezeRule(node: GraphNode, [x, axesInput]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const axes = axesOf(node, axesInput);
  if (x === undefined || axes === 'unknown') return [];
  if (axes === 'absent' && !x.dims.every((dim) => typeof dim === 'number')) return [];
  const removed = axes === 'absent' ? undefined : new Set(axes.map((axis) => wrapAxis(axis, x.dims.length)));
  const dims = x.dims.filter((dim, axis) => (removed === undefined ? dim !== 1 : !removed.has(axis)));
  return [withValues(x.type, dims, x.values)];
}

function unsqueezeRule(node: GraphNode, [x, axesInput]: readonly (TensorFacts | undefined)[]): OutputFacts {
  const axes = axesOf(node, axesInput);
  if (x === undefined || typeof axes === 'string') return [];
  const rank = x.dims.length + axes.length;
  const added = new Set(axes.map((axis) => wrapAxis(axis, rank)));
  const rest = [...x.dims];
  const dims = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? '')));
  return [withValues(x.type, dims, x.values)];
}

function transposeRule(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const perm = intsAttribute(node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const dims = perm.map((axis) => x.dims[axis] ?? '');
  const sizes = numericDims(x.dims);
  const { values } = x;
  const moved = values && sizes && Array.from(transposedPlaces(sizes, perm), (place) => values[place] ?? '');
  return [withValues(x.type, dims, moved)];
}

function moveBlocks(
  x: TensorFacts | undefined,
  block: number,
  ofChannels: (a: Dimension, b: Dimension) => Dimension,
  ofSides: (a: Dimension, b: Dimension) => Dimension,
): OutputFacts {
  const [batch, channels, height, width] = x?.dims ?? [];
  if (x === undefined || batch === undefined || channels === undefined) return [];
  if (height === undefined || width === undefined) return [];
  const dims = [batch, ofChannels(channels, block * block), ofSides(height, block), ofSides(width, block)];
  return [{ type: x.type, dims }];
}
