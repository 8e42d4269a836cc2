import { z } from 'zod';
import { floats } from '../../onnx/build.ts';
import { emit, type Value } from '../layers/draft.ts';
import { applyBinary, applyUnary, clamp } from '../layers/elementwise.ts';
import { parametricRelu } from '../layers/parametric-relu.ts';
import { inOrder } from '../layers/reshape.ts';
import { softmax } from '../layers/softmax.ts';
import { activationSetting, applyActivation } from './activations.ts';
import { inputOf, type LayerCall, settingsOf, unsupportedCall, weightsOf } from './layer-call.ts';

/** Python may write a number as an array of one. */
const number = z.union([z.number(), z.looseObject({ value: z.number() }).transform(({ value }) => value)], {
  error: 'a number',
});
const activationLayer = z.looseObject({ activation: activationSetting });
const relu = z.looseObject({
  max_value: number.nullish(),
  negative_slope: number.nullish(),
  threshold: number.nullish(),
});
const leaky = z.looseObject({ alpha: number.nullish(), negative_slope: number.nullish() });
const elu = z.looseObject({ alpha: number.nullish() });
const thresholded = z.looseObject({ theta: number.nullish() });
const axes = z.union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)], { error: 'one axis' });
const softmaxLayer = z.looseObject({ axis: axes.nullish() });
const parametric = z.looseObject({
  shared_axes: z.union([z.int().transform((axis) => [axis]), z.array(z.int())]).nullish(),
});

/** Activation. */
export function importActivation(call: LayerCall): Value {
  const { activation } = settingsOf(call, activationLayer);
  return activation === 'linear' ? inputOf(call) : applyActivation(call, activation, inputOf(call));
}

/** ReLU: `max_value` from there on, `x` from the threshold on, `negative_slope · (x − threshold)` below. */
export function importRelu(call: LayerCall): Value {
  const { max_value, negative_slope, threshold } = settingsOf(call, relu);
  return rectify(call, max_value ?? Infinity, negative_slope ?? 0, threshold ?? 0);
}

/** LeakyReLU. */
export function importLeakyRelu(call: LayerCall): Value {
  const { alpha, negative_slope: slope } = settingsOf(call, leaky);
  return rectify(call, Infinity, slope ?? alpha ?? 0.3, 0);
}

/** ThresholdedReLU: 0 up to theta. */
export function importThresholdedRelu(call: LayerCall): Value {
  return rectify(call, Infinity, 0, settingsOf(call, thresholded).theta ?? 1);
}

/** PReLU; weights `alpha` of the input's shape, 1 along shared axes. */
export function importParametricRelu(call: LayerCall): Value {
  const shared = settingsOf(call, parametric).shared_axes ?? [];
  const input = inputOf(call);
  const dims = input.shape.slice(1).map((dim, axis) => (shared.includes(axis + 1) ? 1 : (dim as number)));
  return parametricRelu(call.draft, call.name, input, weightsOf(call, ['alpha'], dims));
}

/** ELU: `alpha · (eˣ − 1)` below 0. */
export function importElu(call: LayerCall): Value {
  const alpha = settingsOf(call, elu).alpha ?? 1;
  return applyUnary(call.draft, call.name, 'Elu', inputOf(call), { alpha: { float: alpha } });
}

/** Softmax. */
export function importSoftmax(call: LayerCall): Value {
  const axis = settingsOf(call, softmaxLayer).axis ?? -1;
  const input = inputOf(call);
  const { length } = input.shape;
  if (axis === 0 || axis >= length || axis <= -length) {
    throw unsupportedCall(call, `the axis ${axis} of [${input.shape.join(', ')}]`);
  }
  return softmax(call.draft, call.name, input, { axis });
}

function rectify(call: LayerCall, max: number, slope: number, threshold: number): Value {
  const { draft, name } = call;
  const input = inputOf(call);
  if (threshold === 0 && slope === 0) return clamp(draft, name, input, 0, max);
  const isLast = max === Infinity;
  if (threshold === 0) {
    const leaked = applyUnary(draft, isLast ? name : `${name}#leaked`, 'LeakyRelu', input, {
      alpha: { float: slope },
    });
    return isLast ? leaked : clamp(draft, name, leaked, -Infinity, max);
  }
  const { shape } = input;
  const alpha = { alpha: { float: threshold } };
  const passedName = isLast && slope === 0 ? name : `${name}#passed`;
  const passed = emit(
    draft,
    'ThresholdedRelu',
    [inOrder(draft, input).name],
    { name: passedName, shape },
    alpha,
  );
  const cut = isLast ? passed : clamp(draft, slope === 0 ? name : `${name}#cut`, passed, -Infinity, max);
  if (slope === 0) return cut;
  const shifted = applyBinary(draft, `${name}#shifted`, 'Sub', input, floats([], [threshold]));
  const below = clamp(draft, `${name}#below`, shifted, -Infinity, 0);
  const leaked = applyBinary(draft, `${name}#leaked`, 'Mul', below, floats([], [slope]));
  return applyBinary(draft, name, 'Add', cut, leaked);
}
