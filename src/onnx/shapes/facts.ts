import type { ElementType } from '../graph.ts';
import type { Dimension } from './dimension.ts';

/** What is known of a tensor before the graph runs. */
export interface TensorFacts {
  readonly type: ElementType;
  readonly dims: readonly Dimension[];
  /** Every value in row-major order where it follows from shapes and constants alone, `''` for one that does not; bool as 0 and 1. */
  readonly values?: readonly Dimension[];
}

/** The most values that are followed through a graph: shapes are short. */
export const mostValues = 1024;

/** An axis counted from the end, as from the start. */
export function wrapAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The values of a tensor when all of them are numbers. */
export function numbersOf(facts: TensorFacts | undefined): readonly number[] | undefined {
  const values = facts?.values;
  return values?.every((value) => typeof value === 'number') === true ? values : undefined;
}

/** A shape when all of it are numbers. */
export function numericDims(dims: readonly Dimension[]): readonly number[] | undefined {
  return dims.every((dim) => typeof dim === 'number') ? dims : undefined;
}

/** Facts with values, rounded as their type rounds; left out where they are not known or too many. */
export function withValues(
  type: ElementType,
  dims: readonly Dimension[],
  values: readonly Dimension[] | undefined,
): TensorFacts {
  if (values === undefined || values.length > mostValues) return { type, dims };
  if (type !== 'float32') return { type, dims, values };
  return {
    type,
    dims,
    values: values.map((value) => (typeof value === 'number' ? Math.fround(value) : value)),
  };
}

/** A shape with another size along one axis. */
export function withSize(dims: readonly Dimension[], axis: number, size: Dimension): Dimension[] {
  return dims.map((dim, at) => (at === axis ? size : dim));
}

/** The length of a vector that holds a shape or axes, undefined when it cannot be one. */
export function vectorLength(facts: TensorFacts | undefined): number | undefined {
  const [length] = facts?.dims ?? [];
  return facts?.dims.length === 1 && typeof length === 'number' && length <= mostAxes ? length : undefined;
}

/** The number of elements of a shape when their values are few enough to be followed. */
export function fewElements(dims: readonly Dimension[]): number | undefined {
  const count = numericDims(dims)?.reduce((product, dim) => product * Math.max(0, dim), 1);
  return count !== undefined && count <= mostValues ? count : undefined;
}

// A damaged file may claim a shape with a billion axes.
const mostAxes = 64;
