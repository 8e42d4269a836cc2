import type { Window } from '../layers/window.ts';
import { type Operator, unsupported } from './operator.ts';

/**
 * Refuses an operator whose pictures are channels first.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED`
 */
export function requireChannelsLast(operator: Operator): void {
  const format = operator.attributes.text('data_format', 'NHWC');
  if (format !== 'NHWC') throw unsupported(operator, `the data format ${format} (NHWC is expected)`);
}

/**
 * The `[height, width]` of a setting with one number an axis, ones by default.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when batch or channels would move too.
 */
export function spatialPair(operator: Operator, name: string): readonly [number, number] {
  const [batch, height = 0, width = 0, channels, ...more] = operator.attributes.ints(name, [1, 1, 1, 1]);
  if (batch === 1 && channels === 1 && height >= 1 && width >= 1 && more.length === 0) return [height, width];
  throw unsupported(operator, `${name} [${operator.attributes.ints(name, []).join(', ')}]`);
}

/** The padding of a convolution or a pooling. */
export function windowPadding(operator: Operator): Window['padding'] {
  const padding = operator.attributes.text('padding', '');
  if (padding === 'SAME' || padding === 'VALID') return padding;
  const explicit = operator.attributes.ints('explicit_paddings', []);
  const [, , top = 0, bottom = 0, left = 0, right = 0] = explicit;
  if (padding !== 'EXPLICIT' || explicit.length !== 8) {
    throw unsupported(operator, `the padding "${padding}"`);
  }
  return explicitPadding(operator, [top, left, bottom, right]);
}

/** Checks zeros around a picture, `[top, left, bottom, right]`. */
export function explicitPadding(
  operator: Operator,
  zeros: readonly [number, number, number, number],
): readonly [number, number, number, number] {
  if (zeros.some((count) => count < 0)) throw unsupported(operator, `paddings [${zeros.join(', ')}]`);
  return zeros;
}
