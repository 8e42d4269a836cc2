import { z } from 'zod';
import { floats } from '../../onnx/build.ts';
import type { Tensor } from '../../onnx/graph.ts';
import { normaliseBatch } from '../layers/batch-norm.ts';
import type { Value } from '../layers/draft.ts';
import { applyBinary, applyUnary } from '../layers/elementwise.ts';
import { reduce } from '../layers/reduce.ts';
import { inOrder } from '../layers/reshape.ts';
import { inputOf, type LayerCall, settingsOf, unsupportedCall, weightsOf } from './layer-call.ts';

const axis = z.union(
  [
    z.int(),
    z
      .array(z.int())
      .length(1)
      .transform(([only = -1]) => only),
  ],
  {
    error: 'one axis',
  },
);
const scaled = z.looseObject({
  axis: axis.default(-1),
  epsilon: z.number().positive().default(0.001),
  center: z.boolean().default(true),
  scale: z.boolean().default(true),
  /** Divides by the root of the mean square, without a mean (Keras 3). */
  rms_scaling: z.boolean().nullish(),
});
/** A number, or one for each channel at whatever depth of brackets. */
const perChannel = z.union([z.number(), z.array(z.unknown()).transform((list): unknown[] => list.flat(4))], {
  error: 'a number, or one for each channel',
});
const numbers = z.array(z.number());
const rescaling = z.looseObject({ scale: perChannel, offset: perChannel.nullish() });
const normalization = z.looseObject({
  axis: axis.nullish(),
  mean: perChannel.nullish(),
  variance: perChannel.nullish(),
  invert: z.boolean().nullish(),
});

/** BatchNormalization over the last axis; weights `gamma`, `beta`, `moving_mean` and `moving_variance`. */
export function importBatchNormalization(call: LayerCall): Value {
  const settings = settingsOf(call, scaled);
  const channels = lastAxis(call, settings.axis);
  const values = (weight: string): Float32Array => weightsOf(call, [weight], [channels]).data as Float32Array;
  return normaliseBatch(call.draft, call.name, inputOf(call), {
    scale: settings.scale ? values('gamma') : undefined,
    offset: settings.center ? values('beta') : undefined,
    mean: values('moving_mean'),
    variance: values('moving_variance'),
    epsilon: settings.epsilon,
  });
}

/** LayerNormalization over the last axis (Ba et al. 2016); weights `gamma` and `beta`. */
export function importLayerNormalization(call: LayerCall): Value {
  const settings = settingsOf(call, scaled);
  if (settings.rms_scaling === true) throw unsupportedCall(call, 'rms_scaling');
  const channels = lastAxis(call, settings.axis);
  const { draft, name } = call;
  const input = inOrder(draft, inputOf(call));
  const mean = reduce(draft, `${name}#mean`, 'Mean', input, [-1], true);
  const centred = applyBinary(draft, `${name}#centred`, 'Sub', input, mean);
  const squares = applyBinary(draft, `${name}#squares`, 'Mul', centred, centred);
  const variance = reduce(draft, `${name}#variance`, 'Mean', squares, [-1], true);
  const raised = applyBinary(draft, `${name}#raised`, 'Add', variance, floats([], [settings.epsilon]));
  const deviation = applyUnary(draft, `${name}#deviation`, 'Sqrt', raised);
  const last = settings.center ? 'offset' : settings.scale ? 'scaled' : 'divided';
  const named = (step: string): string => (step === last ? name : `${name}#${step}`);
  let value = applyBinary(draft, named('divided'), 'Div', centred, deviation);
  if (settings.scale) {
    value = applyBinary(draft, named('scaled'), 'Mul', value, weightsOf(call, ['gamma'], [channels]));
  }
  if (!settings.center) return value;
  return applyBinary(draft, name, 'Add', value, weightsOf(call, ['beta'], [channels]));
}

/** Rescaling: `x · scale + offset`. */
export function importRescaling(call: LayerCall): Value {
  const { draft, name } = call;
  const { factor, shift } = rescalingConstants(call);
  const moves = (shift.data as Float32Array).some((value) => value !== 0);
  const value = applyBinary(draft, moves ? `${name}#scaled` : name, 'Mul', inputOf(call), factor);
  return moves ? applyBinary(draft, name, 'Add', value, shift) : value;
}

/** The constants of a Rescaling layer. */
export function rescalingConstants(call: LayerCall): { readonly factor: Tensor; readonly shift: Tensor } {
  const { scale, offset } = settingsOf(call, rescaling);
  return { factor: constantOf(call, scale), shift: constantOf(call, offset ?? 0) };
}

/** Normalization: `(x − mean) / max(√variance, 10⁻⁷)`; the constants are settings or the weights `mean` and `variance`. */
export function importNormalization(call: LayerCall): Value {
  const { mean, variance } = normalizationConstants(call);
  const deviation = (variance.data as Float32Array).map((value) => Math.max(Math.sqrt(value), 1e-7));
  const { draft, name } = call;
  const centred = applyBinary(draft, `${name}#centred`, 'Sub', inputOf(call), mean);
  return applyBinary(draft, name, 'Div', centred, { ...variance, data: deviation });
}

/** The constants of a Normalization layer. */
export function normalizationConstants(call: LayerCall): {
  readonly mean: Tensor;
  readonly variance: Tensor;
} {
  const settings = settingsOf(call, normalization);
  if (settings.invert === true) throw unsupportedCall(call, 'invert');
  const { mean, variance } = settings;
  if (mean !== undefined && mean !== null && variance !== undefined && variance !== null) {
    return { mean: constantOf(call, mean), variance: constantOf(call, variance) };
  }
  const channels = lastAxis(call, settings.axis ?? -1);
  return {
    mean: weightsOf(call, ['mean'], [channels]),
    variance: weightsOf(call, ['variance'], [channels]),
  };
}

function constantOf(call: LayerCall, value: number | readonly unknown[]): Tensor {
  if (typeof value === 'number') return floats([], [value]);
  const parsed = numbers.safeParse(value);
  const channels = inputOf(call).shape.at(-1);
  if (!parsed.success || (parsed.data.length !== channels && parsed.data.length !== 1)) {
    throw unsupportedCall(call, `${value.length} constants for ${channels ?? 'no'} channels`);
  }
  return floats([parsed.data.length], parsed.data);
}

function lastAxis(call: LayerCall, axis: number): number {
  const { shape } = inputOf(call);
  const channels = shape.at(-1);
  if ((axis === -1 || axis === shape.length - 1) && typeof channels === 'number') return channels;
  throw unsupportedCall(call, `the axis ${axis} of [${shape.join(', ')}]`);
}
