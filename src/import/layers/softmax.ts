import { type Draft, emit, type Value } from './draft.ts';
import { storedAxis } from './layout.ts';
import { inOrder } from './reshape.ts';

/** Writes a softmax, or its logarithm, along an axis (negative ones count from the end). */
export function softmax(
  draft: Draft,
  name: string,
  input: Value,
  options: { readonly axis?: number; readonly log?: boolean } = {},
): Value {
  const { axis = -1, log = false } = options;
  const { length } = input.shape;
  return emit(
    draft,
    log ? 'LogSoftmax' : 'Softmax',
    [inOrder(draft, input).name],
    { name, shape: input.shape },
    { axis: { int: storedAxis(axis, length) } },
  );
}
