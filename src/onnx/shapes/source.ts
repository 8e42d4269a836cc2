import { intAttribute, optionalInt } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import { type Dimension, divideDimensions, productOf, subtractDimensions } from './dimension.ts';
import { factsOfConstant } from './constant-facts.ts';
import { fewElements, mostValues, type TensorFacts, vectorLength, withValues, wrapAxis } from './facts.ts';
import type { OutputFacts, ShapeRule } from './rule.ts';

/** Operators that make values from nothing, or from shapes alone. */
export const sourceRules: Readonly<Record<string, ShapeRule>> = {
  Constant: ({ attributes }) => [constantFacts(attributes)],
  ConstantOfShape: constantOfShape,
  Range: rangeRule,
  Shape: shapeRule,
  Size: (_, [x]) => [x && { type: 'int64', dims: [], values: [productOf(x.dims)] }],
};

function constantFacts(attributes: GraphNode['attributes']): TensorFacts | undefined {
  const { value, value_int, value_ints, value_float, value_floats } = attributes;
  if (value !== undefined && 'tensor' in value) return factsOfConstant(value.tensor);
  if (value_int !== undefined && 'int' in value_int) return withValues('int64', [], [value_int.int]);
  if (value_ints !== undefined && 'ints' in value_ints) {
    return withValues('int64', [value_ints.ints.length], value_ints.ints);
  }
  if (value_float !== undefined && 'float' in value_float) {
    return withValues('float32', [], [value_float.float]);
  }
  if (value_floats !== undefined && 'floats' in value_floats) {
    return withValues('float32', [value_floats.floats.length], value_floats.floats);
  }
  return undefined;
}

function constantOfShape(
  { attributes }: GraphNode,
  [shape]: readonly (TensorFacts | undefined)[],
): OutputFacts {
  const { value } = attributes;
  const filler = value !== undefined && 'tensor' in value ? factsOfConstant(value.tensor) : undefined;
  const type = filler?.type ?? 'float32';
  const rank = vectorLength(shape);
  const dims = shape?.values ?? (rank === undefined ? undefined : Array<Dimension>(rank).fill(''));
  if (dims === undefined) return [];
  const count = fewElements(dims);
  const [fill = value === undefined ? 0 : ''] = filler?.values ?? [];
  return [withValues(type, dims, count === undefined ? undefined : Array<Dimension>(count).fill(fill))];
}

function rangeRule(_: GraphNode, [start, limit, delta]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (start === undefined) return [];
  const [from, to, step] = [start.values?.[0] ?? '', limit?.values?.[0] ?? '', delta?.values?.[0] ?? ''];
  if (typeof from === 'number' && typeof to === 'number' && typeof step === 'number' && step !== 0) {
    const length = Math.max(0, Math.ceil((to - from) / step));
    const values =
      length <= mostValues ? Array.from({ length }, (__, index) => from + index * step) : undefined;
    return [withValues(start.type, [length], values)];
  }
  return [{ type: start.type, dims: [divideDimensions(subtractDimensions(to, from), step)] }];
}

function shapeRule(node: GraphNode, [x]: readonly (TensorFacts | undefined)[]): OutputFacts {
  if (x === undefined) return [];
  const rank = x.dims.length;
  const clamp = (axis: number): number => Math.min(rank, Math.max(0, wrapAxis(axis, rank)));
  const values = x.dims.slice(clamp(intAttribute(node, 'start', 0)), clamp(optionalInt(node, 'end') ?? rank));
  return [withValues('int64', [values.length], values)];
}
