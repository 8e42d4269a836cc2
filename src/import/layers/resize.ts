import { floats } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { unsupportedLayer } from './unsupported.ts';
import { pictureShape } from './window.ts';

/** How a picture is scaled inside a network. */
export interface Resizing {
  readonly method: 'bilinear' | 'nearest';
  readonly height: number;
  readonly width: number;
  /** The corner pixels' centres stay corners. @default false */
  readonly alignCorners?: boolean;
  /** Pixels are sampled at their centres, not at their corners. @default false */
  readonly halfPixelCenters?: boolean;
}

/**
 * Writes a resize without antialias (tf.compat.v1.image.resize_bilinear and resize_nearest_neighbor).
 *
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the value is no picture, or the size is none.
 */
export function resize(draft: Draft, name: string, input: Value, resizing: Resizing): Value {
  const [, rows, columns, channels] = pictureShape(draft, name, input);
  const { method, height, width, alignCorners = false, halfPixelCenters = false } = resizing;
  if (!(height >= 1 && width >= 1) || (alignCorners && halfPixelCenters)) {
    throw unsupportedLayer(draft, name, `a resize to ${height} × ${width}`);
  }
  const place = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
  // Sizes would need the batch as a number; factors leave it open.
  const factors = [1, 1, factor(rows, height), factor(columns, width)];
  const scales = addConstant(draft, `${name}#scales`, floats([4], factors));
  return emit(
    draft,
    'Resize',
    [input.name, '', scales],
    { name, shape: ['N', height, width, channels] },
    {
      coordinate_transformation_mode: { string: place },
      mode: { string: method === 'bilinear' ? 'linear' : 'nearest' },
      nearest_mode: { string: place === 'asymmetric' ? 'floor' : 'round_prefer_ceil' },
    },
  );
}

/** The float32 factor by which a length is reached; ONNX multiplies in float32 and rounds down. */
function factor(from: number, to: number): number {
  const nearest = Math.fround(to / from);
  return Math.floor(Math.fround(nearest * from)) === to ? nearest : Math.fround(nearest * (1 + 2 ** -22));
}
