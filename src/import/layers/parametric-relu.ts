import type { Tensor } from '../../onnx/graph.ts';
import { addConstant, type Draft, emit, type Value } from './draft.ts';
import { channelsFirst, permute } from './layout.ts';
import { inOrder } from './reshape.ts';
import { unsupportedLayer } from './unsupported.ts';

/**
 * Writes `max(x, 0) + slope · min(x, 0)` (He et al. 2015, Delving Deep into Rectifiers).
 *
 * @param slopes - float32, of the input's shape without the batch; an axis of length 1 is shared.
 * @throws RegraftError `OPERATOR_UNSUPPORTED` when slopes and input do not fit.
 */
export function parametricRelu(draft: Draft, name: string, input: Value, slopes: Tensor): Value {
  const { shape } = input;
  const fits =
    slopes.dims.length === shape.length - 1 &&
    slopes.dims.every((dim, axis) => dim === 1 || dim === shape[axis + 1]);
  if (!fits) {
    throw unsupportedLayer(
      draft,
      name,
      `slopes [${slopes.dims.join(', ')}] for an input [${shape.join(', ')}]`,
    );
  }
  const whole = { ...slopes, dims: [1, ...slopes.dims] };
  const stored = shape.length === 4 ? permute(whole, channelsFirst) : whole;
  const names = [inOrder(draft, input).name, addConstant(draft, `${name}#slopes`, stored)];
  return emit(draft, 'PRelu', names, { name, shape });
}
