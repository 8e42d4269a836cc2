import type { GraphNode } from '../graph.ts';
import { addDimensions, compareDimensions, type Dimension } from './dimension.ts';
import { pickValues } from './pick-values.ts';
import { numbersOf, type TensorFacts, vectorLength, withSize, withValues, wrapAxis } from './facts.ts';
import type { OutputFacts } from './rule.ts';

/** The rule of Slice; a symbolic axis stays known when it is kept whole. */
export function sliceRule(node: GraphNode, inputs: readonly (TensorFacts | undefined)[]): OutputFacts {
  const [x, starts, ends, axes, steps] = inputs;
  if (x === undefined) return [];
  const count = vectorLength(starts);
  if (count === undefined) return [];
  const named =
    axes === undefined && !node.inputs[3]
      ? Array.from({ length: count }, (_, axis) => axis)
      : numbersOf(axes);
  if (named === undefined) return [{ type: x.type, dims: x.dims.map(() => '') }];
  const stepped = node.inputs[4] ? numbersOf(steps) : Array<number>(count).fill(1);
  let result: TensorFacts = x;
  for (const [index, axis] of named.entries()) {
    const at = wrapAxis(axis, x.dims.length);
    const [start, end, step] = [starts?.values?.[index] ?? '', ends?.values?.[index] ?? '', stepped?.[index]];
    const positions = slicePositions(result, at, start, end, step);
    const dims = withSize(result.dims, at, sliceLength(result.dims[at] ?? '', start, end, step));
    result = withValues(x.type, dims, positions && pickValues(result, at, positions));
  }
  return [result];
}

function sliceLength(size: Dimension, start: Dimension, end: Dimension, step: number | undefined): Dimension {
  if (step === undefined || step === 0) return '';
  if (typeof size === 'number' && typeof start === 'number' && typeof end === 'number') {
    const { from, to } = clampRange(size, start, end, step);
    return Math.max(0, Math.ceil((to - from) / step));
  }
  if (step !== 1 || start !== 0) return '';
  if (compareDimensions(end, size) === 0 || (typeof end === 'number' && end >= 2 ** 31 - 1)) return size;
  if (typeof end === 'number' && end > 0 && compareDimensions(size, end) === 1) return end;
  if (typeof end === 'number' && end < 0 && compareDimensions(addDimensions(size, end), 0) === 1) {
    return addDimensions(size, end);
  }
  return '';
}

function slicePositions(
  { dims, values }: TensorFacts,
  axis: number,
  start: Dimension,
  end: Dimension,
  step: number | undefined,
): number[] | undefined {
  const size = dims[axis];
  if (values === undefined || typeof size !== 'number' || !step) return undefined;
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  const { from, to } = clampRange(size, start, end, step);
  const positions: number[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) positions.push(at);
  return positions;
}

/** ONNX's clamping of a slice: to `[0, size]` forwards, to `[-1, size - 1]` backwards. */
function clampRange(size: number, start: number, end: number, step: number): { from: number; to: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (place: number, least: number): number =>
    Math.min(high, Math.max(least, place < 0 ? place + size : place));
  return { from: clamp(start, 0), to: clamp(end, low) };
}
