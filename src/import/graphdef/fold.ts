import { elementCount } from '../../onnx/build.ts';
import type { Dim } from '../layers/draft.ts';
import { blankValues, type Constant, type ConstantType } from './constant.ts';
import { type Operator, unsupported } from './operator.ts';

/** Where the numbers of a tensor lie in another's: steps between neighbours of each axis, from an offset on. */
export interface Strides {
  readonly dims: readonly number[];
  readonly steps: readonly number[];
  readonly offset?: number;
}

/** The steps between neighbours of each axis of a dense tensor. */
export function denseSteps(dims: readonly number[]): number[] {
  return dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
}

/** Copies the numbers of a constant that strides point at: a slice, a transpose, a broadcast. */
export function gather(operator: Operator, constant: Constant, strides: Strides): Constant {
  const { type } = constant;
  const places = walk(strides);
  return fill(operator, type, strides.dims, () => constant.values[places.next().value ?? 0] ?? 0);
}

/**
 * Computes a constant from two that are broadcast against each other as numpy does it.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the shapes do not fit, or the size of the batch would have to be known.
 */
export function foldBinary(
  operator: Operator,
  [left, right]: readonly [Constant, Constant],
  compute: (left: number, right: number) => number,
  type: ConstantType = left.type,
): Constant {
  const dims = broadcast(operator, left.dims, right.dims);
  const [readLeft, readRight] = [reader(left, dims), reader(right, dims)];
  return fill(operator, type, dims, (index) => {
    const [a, b] = [readLeft(index), readRight(index)];
    return typeof a === 'number' && typeof b === 'number' ? compute(a, b) : foldBatch(operator, a, b);
  });
}

/** Computes a constant from each number of another. */
export function foldUnary(
  operator: Operator,
  { type: from, dims, values }: Constant,
  compute: (value: number, index: number) => number,
  type: ConstantType = from,
): Constant {
  return fill(operator, type, dims, (index) => {
    const value = values[index] ?? 0;
    if (value === 'N') throw unsupported(operator, 'arithmetic on the size of the batch');
    return compute(value, index);
  });
}

/** Makes a constant place by place, in order. */
function fill(
  operator: Operator,
  type: ConstantType,
  dims: readonly number[],
  valueAt: (index: number) => Dim,
): Constant {
  const count = elementCount(dims);
  operator.context.spend(count);
  const values = blankValues(type, count) as Dim[];
  for (let index = 0; index < count; index++) {
    const value = valueAt(index);
    if (type === 'int' && value !== 'N' && !Number.isSafeInteger(value)) {
      throw unsupported(operator, `the result ${value}`);
    }
    values[index] = value;
  }
  return { kind: 'constant', type, dims, values };
}

/** Reads a constant that is broadcast to a shape, place by place in order. */
function reader({ dims: from, values }: Constant, to: readonly number[]): (index: number) => Dim {
  if (values.length === 1) return () => values[0] ?? 0;
  if (values.length === elementCount(to)) return (index) => values[index] ?? 0;
  const places = walk({ dims: to, steps: broadcastSteps(from, to) });
  return () => values[places.next().value ?? 0] ?? 0;
}

/** The size of the batch goes only through what leaves it as it is. */
function foldBatch(operator: Operator, left: Dim, right: Dim): Dim {
  const neutral = { Mul: 1, Add: 0, AddV2: 0, Sub: 0, FloorDiv: 1, Maximum: 1 }[operator.op];
  if (left === 'N' && right === neutral) return 'N';
  if (right === 'N' && left === neutral && !['Sub', 'FloorDiv'].includes(operator.op)) return 'N';
  throw unsupported(operator, 'arithmetic on the size of the batch');
}

function broadcast(operator: Operator, left: readonly number[], right: readonly number[]): number[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [a = 1, b = 1] = [left[axis - rank + left.length], right[axis - rank + right.length]];
    if (a !== b && a !== 1 && b !== 1) {
      throw unsupported(operator, `operands of shapes [${left.join(', ')}] and [${right.join(', ')}]`);
    }
    return a === 1 ? b : a;
  });
}

function broadcastSteps(from: readonly number[], to: readonly number[]): number[] {
  const steps = denseSteps(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : (steps[own] ?? 0);
  });
}

/** The places that strides point at, the last axis running fastest. */
function* walk({ dims, steps, offset = 0 }: Strides): Generator<number, undefined> {
  const count = elementCount(dims);
  const index = dims.map(() => 0);
  let place = offset;
  for (let done = 0; done < count; done++) {
    yield place;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place += steps[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (dims[axis] ?? 1)) break;
      place -= (steps[axis] ?? 0) * (dims[axis] ?? 1);
      index[axis] = 0;
    }
  }
}
