import { floats, int64s } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { storedAxis } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Puts a border around a value.
 *
 * @param paddings - `[before, after]` for each axis, none of the batch.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` for a border around the batch.
 */
export function pad(
  draft: Draft,
  name: string,
  input: Value,
  paddings: readonly (readonly [number, number])[],
  options: { readonly mode?: 'constant' | 'reflect'; readonly value?: number } = {},
): Value {
  const { mode = 'constant', value = 0 } = options;
  const rank = input.shape.length;
  if (paddings.length !== rank || paddings[0]?.some((count) => count !== 0)) {
    throw unsupportedLayer(draft, name, `paddings [${paddings.join('; ')}] for ${rank} axes`);
  }
  const shape = input.shape.map((dim, axis) =>
    dim === 'N' ? dim : dim + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0),
  );
  const stored = Array.from({ length: 2 * rank }, () => 0);
  for (const [axis, [before, after]] of paddings.entries()) {
    stored[storedAxis(axis, rank)] = before;
    stored[storedAxis(axis, rank) + rank] = after;
  }
  const pads = addConstant(draft, `${name}#pads`, int64s(stored));
  const inputs = [inOrder(draft, input).name, pads];
  if (mode === 'constant') inputs.push(addConstant(draft, `${name}#value`, floats([], [value])));
  const padded = emit(draft, 'Pad', inputs, { name, shape }, { mode: { string: mode } });
  const [, rows, columns, channels] = paddings;
  const isZeroBorder =
    mode === 'constant' && value === 0 && rank === 4 && channels?.every((count) => count === 0);
  if (isZeroBorder !== true || rows === undefined || columns === undefined) return padded;
  return { ...padded, unpadded: { value: input, pads: [rows[0], columns[0], rows[1], columns[1]] } };
}
