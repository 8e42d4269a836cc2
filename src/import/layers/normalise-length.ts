import { type Draft, emit, type Value } from './draft.ts';
import { storedAxis } from './layout.ts';
import { inOrder } from './reshape.ts';

/** Writes a division by the length (the root of the sum of squares) along the last axis. */
export function normaliseLength(draft: Draft, name: string, input: Value): Value {
  const { shape } = input;
  return emit(
    draft,
    'LpNormalization',
    [inOrder(draft, input).name],
    { name, shape },
    { axis: { int: storedAxis(-1, shape.length) }, p: { int: 2 } },
  );
}
