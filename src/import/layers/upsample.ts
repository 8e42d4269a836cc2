import { floats } from '../../onnx/build.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { pictureShape } from './window.ts';

/** How new pixels follow from old ones; the two bilinear rules differ in where they see a pixel, in its middle or in its corner. */
export type UpsampleRule = 'nearest' | 'bilinear-centres' | 'bilinear-corners';

/**
 * Writes the enlargement of a picture by whole factors.
 *
 * @param factors - Of height and width.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when the value is no picture.
 */
export function upsample(
  draft: Draft,
  name: string,
  input: Value,
  factors: readonly [number, number],
  rule: UpsampleRule,
): Value {
  const [, height, width, channels] = pictureShape(draft, name, input);
  const scales = addConstant(draft, `${name}#scales`, floats([4], [1, 1, ...factors]));
  return emit(
    draft,
    'Resize',
    [input.name, '', scales],
    { name, shape: ['N', height * factors[0], width * factors[1], channels] },
    {
      mode: { string: rule === 'nearest' ? 'nearest' : 'linear' },
      nearest_mode: { string: 'floor' },
      coordinate_transformation_mode: { string: rule === 'bilinear-centres' ? 'half_pixel' : 'asymmetric' },
    },
  );
}
