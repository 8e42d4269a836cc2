import { elementCount, floats } from '../../build.ts';
import type { Attribute, Tensor } from '../../graph.ts';
import type { Random } from '../random.ts';

/** One use of an operator: the first tensor is fed, the others are constants; `''` stands for an absent one. */
export interface OperatorCase {
  readonly op: string;
  readonly inputs: readonly (Tensor | '')[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

/** Draws a valid use of an operator. */
export type Draw = (random: Random) => Omit<OperatorCase, 'op'>;

/** A tensor of random values. */
export function tensor(random: Random, dims: readonly number[]): Tensor {
  return floats(dims, random.floats(elementCount(dims)));
}

/** A shape of so many axes; the first is three, which stands for the batch. */
export function dims(random: Random, rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === 0 ? 3 : random.int(1, 5)));
}

/** A shape of one to four axes. */
export function anyDims(random: Random): number[] {
  return dims(random, random.int(1, 4));
}
