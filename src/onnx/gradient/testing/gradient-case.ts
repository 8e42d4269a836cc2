import { elementCount, floats } from '../../build.ts';
import type { Attribute, Tensor } from '../../graph.ts';
import type { Random } from '../../testing/random.ts';

/** A node's attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** One use of an operator; every float32 input but those named constant is differentiated by. */
export interface GradientCase {
  readonly inputs: readonly (Tensor | '')[];
  readonly attributes?: Attributes;
  /** Places of float32 inputs that stay constants. @default none */
  readonly constant?: readonly number[];
  /** True when the first axis of the first input cannot be an open batch. @default false */
  readonly isClosed?: boolean;
}

/** Draws a use of an operator. */
export type DrawGradientCase = (random: Random) => GradientCase;

/** A tensor of values between −1 and 1. */
export function values(random: Random, dims: readonly number[]): Tensor {
  return floats(dims, random.floats(elementCount(dims)));
}

/** A tensor of values between 0.5 and 1.5. */
export function positive(random: Random, dims: readonly number[]): Tensor {
  return floats(
    dims,
    random.floats(elementCount(dims)).map((value) => 1 + value / 2),
  );
}

/** A tensor of values from −4 to 4 that are at least 0.1 away from every even multiple of 0.1, where functions may have their bends. */
export function besideBends(random: Random, dims: readonly number[]): Tensor {
  return floats(
    dims,
    random.floats(elementCount(dims)).map(() => random.int(-20, 19) * 0.2 + 0.1),
  );
}

/** A tensor of values that all differ by 0.1 or more. */
export function distinct(random: Random, dims: readonly number[]): Tensor {
  const count = elementCount(dims);
  const steps = random.shuffle(Array.from({ length: count }, (_, step) => step - count / 2));
  return floats(
    dims,
    steps.map((step) => step / 10),
  );
}

/** A shape of so many axes; the first is three, which stands for the batch. */
export function shape(random: Random, rank = random.int(1, 4)): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === 0 ? 3 : random.int(1, 4)));
}
