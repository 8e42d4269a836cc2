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
  const runs = mergeAxes(dims, order);
  if (runs.length <= 1) return { type, dims: permuted, data };
  const result = data.slice() as Exclude<TensorData, BigInt64Array>;
  copyPermuted(data as Exclude<TensorData, BigInt64Array>, result, runs);
  return { type, dims: permuted, data: result };
}

/** An axis of the result: its length, and how far apart its values lie in the source. */
interface Run {
  readonly length: number;
  readonly step: number;
}

/** The axes of a result as few long ones: those of length 1 are left out, neighbours that stay neighbours are one. */
function mergeAxes(dims: readonly number[], order: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const axis of order) {
    const [length, step] = [dims[axis] ?? 1, elementCount(dims.slice(axis + 1))];
    if (length === 1) continue;
    const last = runs.at(-1);
    if (last?.step === length * step) runs[runs.length - 1] = { length: last.length * length, step };
    else runs.push({ length, step });
  }
  return runs;
}

/** Copies plane by plane of the result: the inner loops run over its last two axes. */
function copyPermuted(
  from: Exclude<TensorData, BigInt64Array>,
  to: Exclude<TensorData, BigInt64Array>,
  runs: readonly Run[],
): void {
  const [rows, columns] = runs.slice(-2) as [Run, Run];
  const outer = runs.slice(0, -2);
  const index = outer.map(() => 0);
  let start = 0;
  for (let written = 0; written < to.length;) {
    for (let row = 0; row < rows.length; row++) {
      let read = start + row * rows.step;
      for (let column = 0; column < columns.length; column++, read += columns.step) {
        to[written++] = from[read] ?? 0;
      }
    }
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const { length, step } = outer[axis] ?? { length: 1, step: 0 };
      start += step;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < length) break;
      start -= step * length;
      index[axis] = 0;
    }
  }
}
