import { type Draft, type Value } from './draft.ts';
import { unsupportedLayer } from './unsupported.ts';

/** How a convolution or a pooling moves over a picture; pairs are `[height, width]`. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** TensorFlow's rules, or zeros as `[top, left, bottom, right]`. */
  readonly padding: 'SAME' | 'VALID' | readonly [number, number, number, number];
}

/** What a window needs in ONNX and how large its result is. */
export interface PlacedWindow {
  /** ONNX's `[top, left, bottom, right]`. */
  readonly pads: readonly [number, number, number, number];
  readonly height: number;
  readonly width: number;
}

/**
 * Places a window on a picture `[N, height, width, channels]`. SAME padding as TensorFlow defines it (tf.nn.convolution): the result has
 * `ceil(size / stride)` positions, and an odd zero goes to the bottom and to the right.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the value is no picture, or smaller than the window.
 */
export function placeWindow(draft: Draft, layer: string, input: Value, window: Window): PlacedWindow {
  const [, ...size] = pictureShape(draft, layer, input);
  const axes = [0, 1].map((axis) => placeAxis(size[axis] ?? 0, axis as 0 | 1, window));
  const [rows, columns] = axes as [Axis, Axis];
  if (rows.length < 1 || columns.length < 1) {
    throw unsupportedLayer(draft, layer, `a window larger than its input of ${size[0]} × ${size[1]}`);
  }
  return {
    pads: [rows.before, columns.before, rows.after, columns.after],
    height: rows.length,
    width: columns.length,
  };
}

/**
 * The shape of a picture, `[N, height, width, channels]`.
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the value is none.
 */
export function pictureShape(
  draft: Draft,
  layer: string,
  { shape }: Value,
): readonly ['N', number, number, number] {
  const [, height, width, channels] = shape;
  const isPicture =
    shape.length === 4 &&
    typeof height === 'number' &&
    typeof width === 'number' &&
    typeof channels === 'number';
  if (!isPicture) {
    throw unsupportedLayer(
      draft,
      layer,
      `an input of shape [${shape.join(', ')}] where a picture is expected`,
    );
  }
  return ['N', height, width, channels];
}

interface Axis {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

function placeAxis(size: number, axis: 0 | 1, { kernel, strides, dilations, padding }: Window): Axis {
  const [stride, reach] = [strides[axis], (kernel[axis] - 1) * dilations[axis] + 1];
  if (padding === 'SAME') {
    const length = Math.ceil(size / stride);
    const total = Math.max(0, (length - 1) * stride + reach - size);
    return { before: Math.floor(total / 2), after: Math.ceil(total / 2), length };
  }
  const [before, after] = padding === 'VALID' ? [0, 0] : [padding[axis], padding[axis + 2] ?? 0];
  return { before, after, length: Math.floor((size + before + after - reach) / stride) + 1 };
}
