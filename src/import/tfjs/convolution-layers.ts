import { z } from 'zod';
import type { Tensor } from '../../onnx/graph.ts';
import { addFilters, convolve, type FilterLayout } from '../layers/convolution.ts';
import { connect } from '../layers/dense.ts';
import { addConstant, type Value } from '../layers/draft.ts';
import { pictureShape } from '../layers/window.ts';
import { activationSetting, withActivation } from './activations.ts';
import { inputOf, type LayerCall, pair, settingsOf, unsupportedCall, weightsOf } from './layer-call.ts';

const windowSettings = {
  kernel_size: pair,
  strides: pair.default([1, 1]),
  dilation_rate: pair.default([1, 1]),
  padding: z.enum(['valid', 'same']).default('valid'),
  use_bias: z.boolean().default(true),
  activation: activationSetting,
};
const convolution = z.looseObject({
  ...windowSettings,
  filters: z.int().positive(),
  groups: z.int().positive().nullish(),
});
const depthwise = z.looseObject({ ...windowSettings, depth_multiplier: z.int().positive().default(1) });
const separable = depthwise.extend({ filters: z.int().positive() });
const dense = z.looseObject({
  units: z.int().positive(),
  use_bias: z.boolean().default(true),
  activation: activationSetting,
});

type WindowSettings = Pick<z.infer<typeof convolution>, 'strides' | 'dilation_rate' | 'padding'>;

/** Conv2D; weights `kernel` [height, width, channels of a group, filters] and `bias`. */
export function importConv2D(call: LayerCall): Value {
  const settings = settingsOf(call, convolution);
  const { filters, groups } = settings;
  const channels = channelsOf(call) / (groups ?? 1);
  const kernel = weightsOf(call, ['kernel'], [...settings.kernel_size, channels, filters]);
  const bias = settings.use_bias ? weightsOf(call, ['bias'], [filters]) : undefined;
  return withActivation(call, settings.activation, (name) =>
    slide(call, name, inputOf(call), kernel, 'HWIO', settings, bias),
  );
}

/** DepthwiseConv2D; weights `depthwise_kernel` [height, width, channels, multiplier] and `bias`. */
export function importDepthwiseConv2D(call: LayerCall): Value {
  const settings = settingsOf(call, depthwise);
  const channels = channelsOf(call);
  const multiplier = settings.depth_multiplier;
  // Keras 3 says kernel.
  const kernel = weightsOf(
    call,
    ['depthwise_kernel', 'kernel'],
    [...settings.kernel_size, channels, multiplier],
  );
  const bias = settings.use_bias ? weightsOf(call, ['bias'], [channels * multiplier]) : undefined;
  return withActivation(call, settings.activation, (name) =>
    slide(call, name, inputOf(call), kernel, 'HWIM', settings, bias),
  );
}

/** SeparableConv2D; weights `depthwise_kernel`, `pointwise_kernel` [1, 1, channels · multiplier, filters] and `bias`. */
export function importSeparableConv2D(call: LayerCall): Value {
  const settings = settingsOf(call, separable);
  const [channels, multiplier] = [channelsOf(call), settings.depth_multiplier];
  const kernel = weightsOf(call, ['depthwise_kernel'], [...settings.kernel_size, channels, multiplier]);
  const points = weightsOf(call, ['pointwise_kernel'], [1, 1, channels * multiplier, settings.filters]);
  const bias = settings.use_bias ? weightsOf(call, ['bias'], [settings.filters]) : undefined;
  return withActivation(call, settings.activation, (name) => {
    const depth = slide(call, `${call.name}#depthwise`, inputOf(call), kernel, 'HWIM', settings, undefined);
    const window: WindowSettings = { strides: [1, 1], dilation_rate: [1, 1], padding: 'valid' };
    return slide(call, name, depth, points, 'HWIO', window, bias);
  });
}

/** Dense, over the last axis; weights `kernel` [inputs, units] and `bias`. */
export function importDense(call: LayerCall): Value {
  const settings = settingsOf(call, dense);
  const input = inputOf(call);
  const inputs = input.shape.at(-1);
  if (typeof inputs !== 'number' || input.shape.length < 2) {
    throw unsupportedCall(call, `an input of shape [${input.shape.join(', ')}]`);
  }
  const kernel = weightsOf(call, ['kernel'], [inputs, settings.units]);
  const bias = settings.use_bias ? weightsOf(call, ['bias'], [settings.units]) : undefined;
  return withActivation(call, settings.activation, (name) =>
    connect(call.draft, name, input, kernel, { bias }),
  );
}

function slide(
  { draft }: LayerCall,
  name: string,
  input: Value,
  kernel: Tensor,
  layout: FilterLayout,
  settings: WindowSettings,
  bias: Tensor | undefined,
): Value {
  const { strides, dilation_rate: dilations, padding } = settings;
  return convolve(draft, name, input, addFilters(draft, `${name}#weights`, kernel, layout), {
    strides,
    dilations,
    padding: padding === 'same' ? 'SAME' : 'VALID',
    bias: bias && addConstant(draft, `${name}#bias`, bias),
  });
}

function channelsOf(call: LayerCall): number {
  return pictureShape(call.draft, call.name, inputOf(call))[3];
}
