import { int64s } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { storedAxis } from './layout.ts';
import { inOrder, reshape } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/** Reductions that ONNX has under these names. */
export type Reduction = 'Mean' | 'Max' | 'Min' | 'Sum';

/**
 * Reduces axes (negative ones count from the end), none of them the batch.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the batch is among the axes.
 */
export function reduce(
  draft: Draft,
  name: string,
  how: Reduction,
  input: Value,
  axes: readonly number[],
  keepDims: boolean,
): Value {
  const rank = input.shape.length;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (reduced.has(0) || [...reduced].some((axis) => axis < 0 || axis >= rank)) {
    throw unsupportedLayer(
      draft,
      name,
      `a reduction over axes [${axes.join(', ')}] of [${input.shape.join(', ')}]`,
    );
  }
  const kept = input.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
  const stored = [...reduced].map((axis) => storedAxis(axis, rank)).sort((a, b) => a - b);
  // In set 17 the axes are an input of the sum, and an attribute of the others.
  const isSum = how === 'Sum';
  const value = emit(
    draft,
    `Reduce${how}`,
    [inOrder(draft, input).name, ...(isSum ? [addConstant(draft, `${name}#axes`, int64s(stored))] : [])],
    { name: keepDims ? name : `${name}#kept`, shape: kept },
    { ...(isSum ? {} : { axes: { ints: stored } }), keepdims: { int: 1 } },
  );
  if (keepDims) return value;
  return reshape(
    draft,
    name,
    value,
    input.shape.filter((_, axis) => !reduced.has(axis)),
  );
}
