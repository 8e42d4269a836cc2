import { int64s } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { storedAxis } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/** A part of an axis: from `start` (inclusive) to `end` (exclusive) in steps; both lie within the axis. */
export interface AxisRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/**
 * Cuts parts out of a value's axes, none of the batch.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for a part of the batch, an empty part, or a step below 1.
 */
export function slice(draft: Draft, name: string, input: Value, ranges: readonly AxisRange[]): Value {
  const rank = input.shape.length;
  const shape = [...input.shape];
  for (const { axis, start, end, step } of ranges) {
    const dim = shape[axis];
    if (typeof dim !== 'number' || start < 0 || end > dim || end <= start || step < 1) {
      throw unsupportedLayer(
        draft,
        name,
        `a slice ${start}:${end}:${step} of axis ${axis} of [${input.shape.join(', ')}]`,
      );
    }
    shape[axis] = Math.ceil((end - start) / step);
  }
  const vector = (what: string, values: readonly number[]): string =>
    addConstant(draft, `${name}#${what}`, int64s(values));
  return emit(
    draft,
    'Slice',
    [
      inOrder(draft, input).name,
      vector(
        'starts',
        ranges.map(({ start }) => start),
      ),
      vector(
        'ends',
        ranges.map(({ end }) => end),
      ),
      vector(
        'axes',
        ranges.map(({ axis }) => storedAxis(axis, rank)),
      ),
      vector(
        'steps',
        ranges.map(({ step }) => step),
      ),
    ],
    { name, shape },
  );
}
