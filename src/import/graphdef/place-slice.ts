import type { AxisRange } from '../layers/slice.ts';
import type { Dim } from '../layers/draft.ts';
import { type Operator, unsupported } from './operator.ts';

/** The inputs and the masks of a StridedSlice: bit i of a mask belongs to entry i. */
export interface SliceEntries {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkMask: number;
}

/**
 * Finds which part of which axis a StridedSlice takes, and the shape of its result (tf.strided_slice).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for a part of the batch, or a step below 1.
 */
export function placeSlice(
  operator: Operator,
  shape: readonly Dim[],
  entries: SliceEntries,
): { readonly ranges: readonly AxisRange[]; readonly shape: readonly Dim[] } {
  const { begin, end, strides, ...masks } = entries;
  const isSet = (mask: number, entry: number): boolean => entry < 32 && ((mask >>> entry) & 1) === 1;
  const consuming = begin.filter(
    (_, entry) => !isSet(masks.newAxisMask, entry) && !isSet(masks.ellipsisMask, entry),
  ).length;
  const ranges: AxisRange[] = [];
  const result: Dim[] = [];
  let axis = 0;
  for (const [entry, from] of begin.entries()) {
    if (isSet(masks.ellipsisMask, entry)) {
      const skipped = Math.max(0, shape.length - consuming);
      result.push(...shape.slice(axis, axis + skipped));
      axis += skipped;
      continue;
    }
    if (isSet(masks.newAxisMask, entry)) {
      result.push(1);
      continue;
    }
    const dim = shape[axis];
    const [to = 0, step = 1] = [end[entry], strides[entry]];
    const [openStart, openEnd] = [isSet(masks.beginMask, entry), isSet(masks.endMask, entry)];
    const isSingle = isSet(masks.shrinkMask, entry);
    if (dim === undefined || step < 1) throw unsupported(operator, `a slice ${from}:${to}:${step}`);
    if (dim === 'N') {
      if (isSingle || !(openStart || from === 0) || !openEnd || step !== 1) {
        throw unsupported(operator, 'a part of the batch');
      }
      result.push(dim);
    } else if (isSingle) {
      const start = from < 0 ? from + dim : from;
      ranges.push({ axis, start, end: start + 1, step: 1 });
    } else {
      const clip = (place: number): number => Math.min(dim, Math.max(0, place < 0 ? place + dim : place));
      const start = openStart ? 0 : clip(from);
      const stop = Math.max(start, openEnd ? dim : clip(to));
      ranges.push({ axis, start, end: stop, step });
      result.push(Math.ceil((stop - start) / step));
    }
    axis++;
  }
  return { ranges, shape: [...result, ...shape.slice(axis)] };
}
