import { pickedPlaces } from '../index-maps.ts';
import type { Dimension } from './dimension.ts';
import { fewElements, numericDims, type TensorFacts, withSize } from './facts.ts';

/** The values at some positions along an axis, undefined when the tensor's values are not known. */
export function pickValues(
  { dims, values }: TensorFacts,
  axis: number,
  positions: readonly number[],
): Dimension[] | undefined {
  const sizes = numericDims(dims);
  if (
    values === undefined ||
    sizes === undefined ||
    fewElements(withSize(dims, axis, positions.length)) === undefined
  ) {
    return undefined;
  }
  return Array.from(pickedPlaces(sizes, axis, positions), (place) => values[place] ?? '');
}

/** So many whole numbers from a first one. */
export function countFrom(first: number, count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index);
}
