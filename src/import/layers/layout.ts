import { elementCount } from '../../onnx/build.ts';
import type { Tensor, TensorData } from '../../onnx/graph.ts';
import type { Dim } from './draft.ts';

/** Axes of `[N, H, W, C]` in the order in which they are stored. */
export const channelsFirst = [0, 3, 1, 2] as const;
/** Axes of stored `[N, C, H, W]` in TensorFlow's order. */
export const channelsLast = [0, 2, 3, 1] as const;

/** The shape of a value as it is stored: rank 4 channels first. */
export function storedShape(shape: readonly Dim[]): Dim[] {
  return shape.length === 4 ? channelsFirst.map((axis) => shape[axis] ?? 1) : [...shape];
}

/** Where an axis of a value (negative ones count from the end) is stored. */
export function storedAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  return rank === 4 ? channelsFirst.indexOf(positive as 0) : positive;
}

/** Lays a tensor's values out with its axes in another order. */
export function permute({ type, dims, data }: Tensor, order: readonly number[]): Tensor {
  const permuted = order.map((axis) => dims[axis] ?? 1);
  if (order.every((axis, index) => axis === index)) return { type, dims: permuted, data };
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  const steps = order.map((axis) => strides[axis] ?? 0);
  const result = data.slice() as Exclude<TensorData, BigInt64Array>;
  copyPermuted(data as Exclude<TensorData, BigInt64Array>, result, permuted, steps);
  return { type, dims: permuted, data: result };
}

/** Copies row by row of the result; the innermost loop runs over its last axis. */
function copyPermuted(
  from: Exclude<TensorData, BigInt64Array>,
  to: Exclude<TensorData, BigInt64Array>,
  dims: readonly number[],
  steps: readonly number[],
): void {
  const [length, step] = [dims.at(-1) ?? 1, steps.at(-1) ?? 1];
  const index = dims.slice(0, -1).map(() => 0);
  let start = 0;
  for (let written = 0; written < to.length;) {
    for (let along = 0, read = start; along < length; along++, read += step) {
      to[written++] = from[read] ?? 0;
    }
    for (let axis = index.length - 1; axis >= 0; axis--) {
      start += steps[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (dims[axis] ?? 1)) break;
      start -= (steps[axis] ?? 0) * (dims[axis] ?? 1);
      index[axis] = 0;
    }
  }
}
